"""A small web server on this machine that misbehaves as asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass
class Serving:
    """What the server answers, and what it was asked.

    Args:
        content: the body.
        announced: the length that it claims; None for the true one.
        status: the code.
        failures: how many requests are answered with a 503 before.
        location: where to redirect to.
    """

    content: bytes = b""
    announced: int | None = None
    status: int = 200
    failures: int = 0
    location: str = ""
    asked: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def served(**answer: object) -> Iterator[Serving]:
    serving = Serving(**answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serving.asked.append(self.path)
            failing = len(serving.asked) <= serving.failures
            self.send_response(503 if failing else serving.status)
            if serving.location:
                self.send_header("Location", serving.location)
            length = len(serving.content) if serving.announced is None else serving.announced
            self.send_header("Content-Length", str(0 if failing else length))
            self.end_headers()
            if not failing:
                self.wfile.write(serving.content)

        def log_message(self, *words: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        serving.url = f"http://127.0.0.1:{server.server_port}/file"
        try:
            yield serving
        finally:
            server.shutdown()
            thread.join()
