"""A limit for each client, by the address that the proxy of the operator names."""

import pytest
from sci_assistant_ui.serving.rates import Rates, network

from sci_assistant.errors import SettingsError, TooMany

QUESTION = {"question": "What are the signs of AD?"}


def test_a_client_is_stopped_at_its_limit_and_another_is_not():
    rates = Rates("2/minute")
    rates.ask("198.51.100.1")
    rates.ask("198.51.100.1")
    with pytest.raises(TooMany, match="in a minute"):
        rates.ask("198.51.100.1")
    rates.ask("198.51.100.2")


def test_one_guest_of_ipv6_is_one_client():
    assert network("2001:db8::1") == network("2001:db8::ffff:2") != network("2001:db8:0:1::1")


def test_a_limit_that_cannot_be_read_is_named():
    with pytest.raises(SettingsError, match=r"SCI_ASSISTANT_RATE_LIMIT.*'often'.*120/minute"):
        Rates("often")


def test_beyond_the_limit_the_notice_is_still_given(client_of):
    client = client_of(rate_limit="1/minute")
    assert client.post("/api/v1/ask", json=QUESTION).status_code == 200
    answer = client.post("/api/v1/ask", json={"question": "a pounding headache"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["error"]["code"] == "too_many"
    assert answer.json()["notice"]["kind"] == "emergency"


def test_five_times_beyond_it_a_request_is_not_even_read(client_of):
    client = client_of(rate_limit="1/minute")
    statuses = [client.post("/api/v1/ask", content=b"{").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_behind_a_trusted_proxy_each_person_has_a_limit_of_their_own(client_of):
    client = client_of("127.0.0.1", rate_limit="1/minute", trusted_proxies="127.0.0.1")

    def ask(address: str) -> int:
        return client.post("/api/v1/ask", json=QUESTION, headers={"x-forwarded-for": address}).status_code

    assert [ask("198.51.100.1"), ask("198.51.100.1"), ask("198.51.100.2")] == [200, 429, 200]


def test_nobody_else_can_give_themselves_another_address(client_of):
    client = client_of(rate_limit="1/minute", trusted_proxies="127.0.0.1")
    headers = [{"x-forwarded-for": f"198.51.100.{n}"} for n in range(2)]
    assert [client.post("/api/v1/ask", json=QUESTION, headers=each).status_code for each in headers] == [200, 429]
