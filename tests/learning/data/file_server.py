"""An HTTP server on this machine that answers as a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answer = self.server.responses.get(self.path, status(404))
        answer(self)

    def do_CONNECT(self):
        self.do_GET()

    def log_message(self, *arguments):
        pass


Response = Callable[[Handler], None]


class FileServer(ThreadingHTTPServer):
    """Answers on 127.0.0.1 while it is entered; `responses` by path, `asked` the paths so far."""

    def __init__(self, tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.responses: dict[str, Response] = {}
        self.asked: list[str] = []
        self.ending = threading.Event()
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.address = f"http{'s' if tls else ''}://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), name="file server")

    daemon_threads = False  # closing waits for them

    def handle_error(self, request, client_address):
        """Somebody who hangs up is what the tests are about."""

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *arguments):
        self.ending.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
        for thread in threading.enumerate():
            if thread.name == "download":  # one that was waiting for an answer has it now
                thread.join(5)


def whole(content: bytes) -> Response:
    return part_of(content, len(content))


def part_of(content: bytes, sent: int) -> Response:
    """Promises all of it and hangs up after a part."""

    def answer(handler):
        _promise(handler, len(content))
        handler.wfile.write(content[:sent])

    return answer


def part_then_silence(content: bytes, sent: int) -> Response:
    def answer(handler):
        part_of(content, sent)(handler)
        handler.server.ending.wait()

    return answer


def drip(content: bytes) -> Response:
    """Sends a byte now and then, for longer than anybody waits."""

    def answer(handler):
        _promise(handler, len(content))
        for each in content:
            if handler.server.ending.wait(0.002):
                return
            handler.wfile.write(bytes([each]))

    return answer


def endless(handler: Handler) -> None:
    """Never stops sending, and never said how much it would send."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.ending.is_set():
        handler.wfile.write(bytes(4096))


def silence(handler: Handler) -> None:
    handler.server.ending.wait()


def hang_up(handler: Handler) -> None:
    """Ends without a word."""


def status(code: int) -> Response:
    return lambda handler: handler.send_error(code)


def redirect(address: str) -> Response:
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", address)
        handler.end_headers()

    return answer


def _promise(handler, size):
    handler.send_response(200)
    handler.send_header("Content-Length", str(size))
    handler.end_headers()
