"""Every route of the application, its own and Gradio's: open for a reason that is written down, or not there."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sci_assistant_ui.app import create_app
from sci_assistant_ui.security import OPEN, door

from sci_assistant.settings import load_settings
from tests.ui.fake import FakeAssistant

FILLED = {"article": "autonomic-dysreflexia", "article_id": "autonomic-dysreflexia", "name": "chat.css"}


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[TestClient]:
    votes = tmp_path_factory.mktemp("votes") / "votes.jsonl"
    settings = load_settings(feedback_file=votes, rate_limit="", maintainer_token="a long enough one")
    app = create_app(FakeAssistant(), settings, maintenance=object())
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def walk(routes, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route, through mounts and included routers."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from walk(included.routes, prefix + route.include_context.prefix)
        elif getattr(route, "methods", None) is None and getattr(route, "routes", None):
            yield from walk(route.routes, prefix + route.path)
        else:
            for method in getattr(route, "methods", None) or ("GET", "POST", "PUT", "DELETE"):
                yield method, prefix + route.path


def filled(path: str) -> str:
    """A path with something in each of its fields."""
    return re.sub(r"{(\w+)(?::\w+)?}", lambda field: FILLED.get(field[1], "x"), path)


def test_every_route_is_open_for_a_reason_or_not_there(client):
    routes = sorted(set(walk(client.app.router.routes)))
    assert len(routes) > 50
    assert ("POST", "/gradio_api/upload") in routes  # the walk sees what Gradio brings
    closed = [(method, filled(path)) for method, path in routes if door(method, filled(path)) is None]
    answered = {(method, path): client.request(method, path, json={}).status_code for method, path in closed}
    assert {route: status for route, status in answered.items() if status not in (404, 405)} == {}
    assert all(each.why for each in OPEN)


def test_nothing_is_listed_as_open_that_is_no_route(client):
    routes = [(method, filled(path)) for method, path in walk(client.app.router.routes)]
    unused = [each.path for each in OPEN if not any(door(*route) is each for route in routes)]
    assert unused == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/gradio_api/file=/etc/passwd", 404),
        ("GET", "/gradio_api/proxy=http://127.0.0.1:1/", 404),
        ("GET", "/gradio_api/info", 404),
        ("GET", "/gradio_api/run/send", 404),
        ("POST", "/login", 404),
        ("GET", "/monitoring/summary", 404),
        ("GET", "/static/../../app.py", 404),
        ("GET", "/static/%2e%2e/app.py", 404),
        ("GET", "/mcp", 405),
        ("DELETE", "/api/v1/ask", 405),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
    ],
)
def test_a_closed_door_says_so_in_the_one_form(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert set(response.json()["error"]) == {"code", "text"}


def test_a_fault_has_the_headers_too(client, monkeypatch):
    monkeypatch.setattr(FakeAssistant, "articles", lambda _: 1 / 0)
    response = client.get("/api/v1/articles")
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "unexpected"
    assert response.json()["disclaimer"]
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["cache-control"] == "no-store"


def test_another_site_cannot_use_its_visitors(client):
    body = {"question": "signs"}
    assert client.post("/api/v1/ask", json=body, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post("/api/v1/ask", json=body, headers={"origin": "http://testserver"}).status_code == 200
    assert client.post("/feedback", json={"helpful": True}, headers={"origin": "null"}).status_code == 403


def test_on_loopback_only_names_of_this_machine_are_served():
    with TestClient(create_app(FakeAssistant(), load_settings(), host="127.0.0.1")) as client:
        assert client.get("/healthz", headers={"host": "localhost:7860"}).status_code == 200
        refused = client.get("/healthz", headers={"host": "rebound.example"})
    assert refused.status_code == 421
    assert "SCI_ASSISTANT_ALLOWED_HOSTS" in refused.json()["error"]["text"]


@pytest.mark.parametrize("door", ["api", "mcp"])
def test_a_door_that_is_switched_off_is_not_there(client_of, door):
    client = client_of(**{door: False})
    assert client.post({"api": "/api/v1/ask", "mcp": "/mcp"}[door], json={"question": "x"}).status_code in (404, 405)
