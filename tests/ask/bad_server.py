"""A small threaded server on loopback that speaks the OpenAI protocol, well or badly, by the model's name."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server(ThreadingHTTPServer):
    """`requests` are the bodies that came; `closed` is set when a client went away in mid-stream."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.closed = threading.Event()
        self.ending = threading.Event()
        self.texts: list[str] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def serve(*texts: str) -> Iterator[Server]:
    """A running server; `texts` are what its well-behaved models say, one for each request, the last one again."""
    server = Server()
    server.texts = list(texts) or ["A."]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        self._whole(200, {"data": [{"id": "good"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        self.server.keys.append(self.headers.get("Authorization"))
        getattr(self, f"_{body['model']}")()

    # ---- what a model's name makes the server do ---------------------------------------------------------------

    def _good(self) -> None:
        text = self.server.texts[min(len(self.server.requests), len(self.server.texts)) - 1]
        self._start()
        for piece in text.split(" "):
            self._chunk({"content": piece + " "})
        self._end()

    def _slow(self) -> None:
        self._start()
        for piece in self.server.texts[0].split(" "):
            self._chunk({"content": piece + " "})
            if self.server.ending.wait(0.1):
                return
        self._end()

    def _silent(self) -> None:  # accepts, and never says a word but that it is alive
        self._start()
        while not self.server.ending.wait(0.05):
            if not self._write(b": still here\n\n"):
                return

    def _fails(self) -> None:
        self._whole(500, {"error": {"message": "no"}})

    def _recovers(self) -> None:
        if len(self.server.requests) < 3:
            self._whole(503, {"error": {"message": "loading"}})
        else:
            self._good()

    def _denied(self) -> None:
        self._whole(401, {"error": {"message": "bad key"}})

    def _dies(self) -> None:  # the connection is cut after the text
        self._start()
        for piece in self.server.texts[0].split(" "):
            self._chunk({"content": piece + " "})
        self.server.ending.wait(0.3)  # what was sent has arrived
        self.close_connection = True
        self.connection.close()

    def _fades(self) -> None:  # ends the stream in good form, but without saying that it is the end
        self._start()
        self._chunk({"content": self.server.texts[0]})
        self._write(b"data: [DONE]\n\n")
        self._write(b"", last=True)

    def _empty(self) -> None:
        self._start()
        self._end()

    def _endless(self) -> None:
        self._start()
        count = 0
        while not self.server.ending.wait(0.001):
            count += 1
            if not self._chunk({"content": f"Word number{count} is said and goes on "}):
                self.server.closed.set()
                return

    def _repeats(self) -> None:
        self._start()
        while not self.server.ending.wait(0.001):
            if not self._chunk({"content": self.server.texts[0] + " "}):
                self.server.closed.set()
                return

    def _calls(self) -> None:  # a tool instead of words
        self._start()
        call = {"index": 0, "id": "1", "type": "function", "function": {"name": "search", "arguments": "{}"}}
        self._chunk({"tool_calls": [call]})
        self._end("tool_calls")

    def _garbage(self) -> None:
        self._start()
        self._write(b"data: {not json\n\n")
        self._write(b"", last=True)

    def _moves(self) -> None:
        self.send_response(307)
        self.send_header("Location", "http://192.0.2.1/v1/chat/completions")
        self.send_header("Content-Length", "0")
        self.end_headers()

    # ---- the protocol ------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bool:
        choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
        row = {"id": "1", "object": "chat.completion.chunk", "created": int(time.time()), "model": "m"}
        return self._write(b"data: " + json.dumps(row | {"choices": [choice]}).encode() + b"\n\n")

    def _end(self, finish: str = "stop") -> None:
        self._chunk({}, finish)
        self._write(b"data: [DONE]\n\n")
        self._write(b"", last=True)

    def _write(self, data: bytes, *, last: bool = False) -> bool:
        try:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if not last else b"0\r\n\r\n")
            self.wfile.flush()
        except OSError:
            self.close_connection = True
            self.server.closed.set()
            return False
        return True

    def _whole(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
