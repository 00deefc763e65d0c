"""Pages from addresses: public ones only, whatever they are called. All servers are on this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from sci_assistant.cli import main
from sci_assistant.errors import CorpusError
from sci_assistant.ingest.fetch import fetch, is_public
from sci_assistant.ingest.importer import import_url

from .documents import make_docx, make_pdf

PUBLIC = "93.184.216.34"
PAGE = (
    "<html><head><title>Cold rims</title></head><body><main><h1>Cold rims</h1><p>Cold rims make hands stiff in the "
    "winter months, and stiff hands slip more easily.</p><h2>What helps</h2><p>Gloves with a rubber palm keep a good "
    "grip, even when it is wet. Dry the rims often.</p></main></body></html>"
)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        pages = {
            "/cold-rims": ("text/html; charset=latin-1", PAGE.replace("stiff", "stiff é").encode("latin-1")),
            "/leaflet.pdf": ("application/pdf", make_pdf([["Cold rims", "Cold rims make hands stiff in winter."]])),
            "/leaflet.docx": (DOCX, make_docx([("h1", "Cold rims"), ("p", "Cold rims make hands stiff.")])),
            "/picture": ("image/png", b"x"),
            "/large": ("text/plain", b"x" * 200_000),
        }
        if self.path == "/slow":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            return
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to?"))
            self.end_headers()
            return
        if self.path not in pages:
            self.send_error(404)
            return
        kind, raw = pages[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def visited(port: int) -> tuple[list[str], object]:
    """A fetch whose names are public, and the addresses that it connected to (this machine stands in for them)."""
    visits: list[str] = []

    def connect(address: str, _port: int, timeout: float) -> socket.socket:
        visits.append(address)
        return socket.create_connection(("127.0.0.1", port), timeout)

    def resolve(host: str, _port: int) -> list[str]:
        known = {"inside.example": ["10.0.0.7"], "mixed.example": [PUBLIC, "127.0.0.1"], "127.0.0.1": [host]}
        return known.get(host, [PUBLIC])

    return visits, partial(fetch, connect=connect, resolve=resolve)


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/", "http://localhost/", "http://localhost./", "http://2130706433/", "http://0177.0.0.1/",
    "http://0x7f.1/", "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://[fc00::1]/",
    "http://0.0.0.0/",
    "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://224.0.0.1/", "http://[ff02::1]/", "http://255.255.255.255/", "http://①②⑦.0.0.1/",
    "http://1572395042/",
])  # fmt: skip
def test_addresses_of_this_machine_and_its_network_are_refused_in_every_form(url) -> None:
    with pytest.raises(CorpusError, match=r"own network|written as one number|cannot be found"):
        fetch(url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a", "https://", "http://me:pw@example.org/",
                                 "http://exam ple.org/", "http://example.org:99999/", "gopher://x"])  # fmt: skip
def test_only_plain_web_addresses_are_taken(url) -> None:
    with pytest.raises(CorpusError):
        fetch(url, resolve=lambda *_: [PUBLIC], connect=lambda *_: pytest.fail("connected"))


def test_public_addresses_are_told_from_others() -> None:
    assert is_public(PUBLIC) and is_public("2606:2800:220:1::1") and is_public(f"::ffff:{PUBLIC}")
    assert not is_public("::ffff:10.0.0.1") and not is_public("fe80::1%eth0") and not is_public("no address")


def test_the_connection_goes_to_the_address_that_was_checked(visited) -> None:
    visits, get = visited
    found = get("http://public.example/cold-rims")
    assert (visits, found.kind, found.charset) == ([PUBLIC], "html", "latin-1")


@pytest.mark.parametrize("target", ["http://inside.example/cold-rims", "http://127.0.0.1/", "http://2130706433/",
                                    "http://mixed.example/", "file:///etc/passwd", "//inside.example/x"])  # fmt: skip
def test_a_redirect_passes_the_same_checks(visited, target) -> None:
    visits, get = visited
    with pytest.raises(CorpusError):
        get(f"http://public.example/to?{target}")
    assert visits == [PUBLIC]


def test_a_redirect_to_a_public_page_is_followed_but_not_for_ever(visited) -> None:
    visits, get = visited
    assert get("http://public.example/to?/cold-rims").url == "http://public.example/cold-rims"
    with pytest.raises(CorpusError, match="more than 5 times"):
        get("http://public.example/to?" + "/to?" * 20)
    assert len(visits) == 2 + 6


@pytest.mark.parametrize(("path", "word"), [
    ("/picture", "image/png"), ("/large", "larger than"), ("/slow", "too long"), ("/none", "answers with 404"),
])  # fmt: skip
def test_what_is_no_article_too_large_or_too_slow_is_refused(visited, path, word) -> None:
    _, get = visited
    start = time.monotonic()
    with pytest.raises(CorpusError, match=word):
        get(f"http://public.example{path}", limit_bytes=100_000, limit_seconds=1.0)
    assert time.monotonic() - start < 3


def test_a_page_that_trickles_is_cut_at_the_deadline(port) -> None:
    trickling = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            visitor, _ = trickling.accept()
            visitor.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(100):
                visitor.sendall(b"X-A: b\r\n")
                time.sleep(0.05)

    threading.Thread(target=serve, daemon=True).start()
    start = time.monotonic()
    with pytest.raises(CorpusError, match="too long"):
        fetch(f"http://127.0.0.1:{trickling.getsockname()[1]}/", allow_private=True, limit_seconds=0.5)
    assert time.monotonic() - start < 2
    trickling.close()


def test_a_page_becomes_an_article_whose_source_is_its_address(port, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{port}/cold-rims"
    file = import_url(url, folder=tmp_path, today=date(2026, 11, 28), allow_private=True)
    text = file.read_text(encoding="utf-8")
    assert file.name == "cold-rims.md"
    assert "  - title: Cold rims\n    publisher:  # who" in text
    assert f'    url: "{url}"\n    read: 2026-11-28\n' in text
    assert "stiff é" in text and "## What helps" in text


def test_the_command_imports_from_this_machine_by_word_only(port, tmp_path: Path) -> None:
    urls = [f"http://127.0.0.1:{port}/{name}" for name in ("cold-rims", "leaflet.pdf", "leaflet.docx")]
    refused = CliRunner().invoke(main, ["corpus", "import", *urls[:1], "--to", str(tmp_path)])
    assert refused.exit_code == 1 and "--allow-private" in refused.stderr
    assert not list(tmp_path.iterdir())
    done = CliRunner().invoke(main, ["corpus", "import", *urls[:2], "--to", str(tmp_path), "--allow-private"])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(main, ["corpus", "import", urls[2], "--to", str(tmp_path), "--allow-private", "--force"])
    assert done.exit_code == 0, done.output
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cold-rims.md", "leaflet.md"]
    assert "Cold rims make hands stiff." in (tmp_path / "leaflet.md").read_text(encoding="utf-8")
