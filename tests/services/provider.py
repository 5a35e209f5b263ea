"""A small OpenID provider on loopback: it checks what a real one checks, and can be made to answer badly."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

CLIENT, SECRET, TOKEN = "the-studio", "a-canary-secret", "a-canary-access-token"


@dataclass
class Provider:
    """What it knows and what it was asked. `answers` replaces the reply of a path: (status, body)."""

    address: str = ""
    person: dict[str, object] = field(default_factory=lambda: {"sub": "0a1b2c", "preferred_username": "ada"})
    asked: list[str] = field(default_factory=list)
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)

    def sign_in(self, place: str) -> str:
        """Do what a person does at the provider, and return where the browser is sent then."""
        query = dict(parse_qsl(urlsplit(place).query))
        assert (query["client_id"], query["code_challenge_method"]) == (CLIENT, "S256")
        assert query["response_type"] == "code"
        code = f"code-{len(self.codes)}"
        self.codes[code] = (query["code_challenge"], query["redirect_uri"])
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, list[str]], authorization: str) -> tuple[int, object]:
        named = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge, back = self.codes.pop(form["code"][0], ("", ""))  # a code serves once
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
        if authorization == f"Basic {named}" and proven and form["redirect_uri"] == [back]:
            return 200, {"access_token": TOKEN, "token_type": "bearer"}
        return 400, {"error": "invalid_grant"}

    def answer(self, path: str, body: bytes, authorization: str) -> tuple[int, str]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
            names["userinfo_endpoint"] = "userinfo"
            return 200, json.dumps({name: f"{self.address}/{end}" for name, end in names.items()})
        if path == "/token":
            status, document = self.token(parse_qs(body.decode()), authorization)
            return status, json.dumps(document)
        if path == "/userinfo" and authorization == f"Bearer {TOKEN}":
            return 200, json.dumps(self.person)
        return 401, "{}"


@contextmanager
def provider() -> Iterator[Provider]:
    known = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, text = known.answer(self.path, body, self.headers.get("Authorization", ""))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", text)
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests look at what is returned."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
