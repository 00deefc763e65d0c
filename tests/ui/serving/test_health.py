"""Alive, ready, and counts without a word of a question."""

import pytest

from sci_assistant.settings import load_settings
from sci_assistant.store import Store
from sci_assistant.wire import make_assistant

CANARY = "purple-otter-4711"


def test_metrics_count_answers_by_kind_and_hold_no_words(client_of):
    client = client_of("127.0.0.1")
    for question in (f"signs {CANARY}", "a pounding headache", "wheelchair", f"broken {CANARY}"):
        client.post("/api/v1/ask", json={"question": question})
    text = client.get("/metrics").text
    one = 'sci_answers_total{door="api",error="none",mode="quoted",notice="%s",status="%s"} 1.0'
    assert one % ("none", "answered") in text
    assert one % ("emergency", "answered") in text
    assert one % ("none", "not_covered") in text
    assert 'sci_stage_seconds_count{stage="total"} 4.0' in text
    assert "sci_waiting 0.0" in text
    assert "process_resident_memory_bytes" in text
    assert float(text.split("\nsci_build_age_seconds ")[1].split("\n")[0]) > 0
    assert "otter" not in text


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [("127.0.0.1", {}, 200), ("203.0.113.7", {}, 404), ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}, 404)],
    ids=["this machine", "a stranger", "a stranger behind a proxy that was not named"],
)
def test_metrics_are_for_this_machine_alone(client_of, address, headers, status):
    assert client_of(address).get("/metrics", headers=headers).status_code == status


def test_a_server_is_alive_before_it_is_ready(client_of):
    client = client_of()
    assert client.get("/healthz").status_code == 200
    got = client.get("/readyz")
    assert (got.status_code, got.json()) == (503, {"status": "store"})


def test_ready_needs_the_model_and_an_open_build(ho_store, embeddings, tmp_path):
    from fastapi.testclient import TestClient
    from sci_assistant_ui.app import create_app

    from sci_assistant.models import LocalEmbeddings

    cases = [(ho_store, embeddings, 200, "ready"), (tmp_path, embeddings, 503, "store_empty")]
    cases += [(ho_store, LocalEmbeddings(str(tmp_path)), 503, "model")]
    for folder, model, status, word in cases:
        settings, store = load_settings(store=folder), Store(folder)
        with TestClient(create_app(make_assistant(settings, store=store, embeddings=model), settings)) as client:
            got = client.get("/readyz")
        store.close()
        assert (got.status_code, got.json()["status"]) == (status, word)


def test_ready_says_that_answers_come_from_the_build_before(ho_assistant):
    from fastapi.testclient import TestClient
    from sci_assistant_ui.app import create_app

    for word, said in (
        (None, {"status": "ready"}),
        ("store_mismatch", {"status": "ready", "behind": "store_mismatch"}),
    ):
        app = create_app(ho_assistant, load_settings(), behind=lambda word=word: word)
        with TestClient(app) as client:
            got = client.get("/readyz")
        assert (got.status_code, got.json()) == (200, said)
