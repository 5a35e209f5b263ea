"""A service on loopback that judges as an OpenAI-compatible one does, and says back the key it was given."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class EchoingJudge:
    address: str = ""
    keys: list[str] = field(default_factory=list)


@contextmanager
def judging() -> Iterator[EchoingJudge]:
    judge = EchoingJudge()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            judge.keys.append(self.headers.get("Authorization", ""))
            said = {"choices": [{"message": {"content": f"A. You are {judge.keys[-1]}"}}]}
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests look at what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    judge.address = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield judge
    finally:
        server.shutdown()
        server.server_close()
