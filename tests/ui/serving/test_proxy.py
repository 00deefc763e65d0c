"""Behind a path: through a small reverse proxy, with its prefix taken off or left on."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from sci_assistant_ui.app import create_app

from sci_assistant.settings import load_settings
from tests.ui.conftest import serve_in_thread
from tests.ui.fake import FakeAssistant

PREFIX = "/help/sci"


def _proxy(target: str, *, strip: bool, say_prefix: bool):
    """A reverse proxy that serves `target` under PREFIX, as nginx would."""

    class Handler(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            path = self.path.removeprefix(PREFIX) if strip else self.path
            headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
            headers |= {"X-Forwarded-For": "198.51.100.9", "X-Forwarded-Host": self.headers["Host"]}
            headers |= {"X-Forwarded-Proto": "http"} | ({"X-Forwarded-Prefix": PREFIX} if say_prefix else {})
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with httpx.stream(self.command, target.rstrip("/") + path, content=body, headers=headers) as got:
                content = got.read()
            self.send_response(got.status_code)
            for name in ("content-type", "location", "content-security-policy"):
                if name in got.headers:
                    self.send_header(name, got.headers[name])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _pass

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(params=["taken off, by header", "left on, by header", "taken off, by setting"])
def proxied(request):
    by_setting = request.param.endswith("setting")
    settings = load_settings(trusted_proxies="127.0.0.1", root_path=PREFIX if by_setting else None)
    for target in serve_in_thread(create_app(FakeAssistant(), settings)):
        server = _proxy(target, strip=request.param.startswith("taken"), say_prefix=not by_setting)
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        server.server_close()


def test_every_door_works_under_a_path(proxied):
    root = proxied + PREFIX
    page = httpx.get(f"{root}/", timeout=60)
    assert page.status_code == 200
    config = httpx.get(f"{root}/config", timeout=60).json()
    assert config["root"] == root
    for path in ("/page/chat.js", "/articles/autonomic-dysreflexia", "/healthz", "/api/v1/articles", "/theme.css"):
        assert httpx.get(root + path, timeout=60).status_code == 200, path
    answer = httpx.post(f"{root}/api/v1/ask", json={"question": "signs"}, timeout=60)
    assert answer.json()["status"] == "answered"
    described = httpx.get(f"{root}/api/v1/openapi.json", timeout=60).json()
    assert json.dumps(described["servers"]) == json.dumps([{"url": f"{PREFIX}/api/v1"}])
    assert httpx.get(f"{root}/gradio_api/info", timeout=60).status_code == 404


def test_headers_of_a_stranger_change_nothing(client_of):
    client = client_of(trusted_proxies="127.0.0.1")
    forged = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-prefix": "/evil",
        "x-gradio-server": "http://evil.example",
    }
    assert "evil" not in client.get("/", headers=forged).text
    assert client.get("/config", headers=forged).json()["root"] == "http://testserver"


@pytest.mark.parametrize("prefix", ["//evil.example", "/a/../b?x", "javascript:1", "/a b"])
def test_a_prefix_that_is_no_path_is_not_believed(client_of, prefix):
    client = client_of("127.0.0.1", trusted_proxies="127.0.0.1")
    assert "evil" not in client.get("/config", headers={"x-forwarded-prefix": prefix}).json()["root"]
