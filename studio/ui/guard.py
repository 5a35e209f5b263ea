"""Who may talk to the page's server: decided before every route, Gradio's own and its websockets included.

A web page somewhere else must not reach a studio on this machine through the visitor's browser: an unknown
`Host` (a name that was pointed here) and a foreign or `null` `Origin` are refused. Off loopback a browser
proves itself once with the token of the printed address and carries a cookie from then on.
"""

import hmac
import html
import os
import secrets
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.core.hosts import LOOPBACK, authority, bare
from studio.ui.addresses import Addresses, ours

WITHOUT_TOKEN = ("/gradio_api/startup-events",)
"""Gradio's launch calls it to see whether its server is up; it tells nothing but that."""

ASK = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>Fine-Tuning Studio</title>
<body style="font: 16px/1.5 system-ui; max-width: 34em; margin: 15vh auto; padding: 0 1em">
<main><h1>This studio asks for its token</h1><p>{reason}</p>
<form><label>Token <input name="token" autocomplete="off" autofocus></label> <button>Open</button></form>
</main>"""
NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def guarded(token: str | None, allowed_hosts: Collection[str]) -> Lifespan:
    """Return the `lifespan` of an application that puts the guard around all of it that may be reached.

    As an entry of `middleware` it would stand inside Gradio's own, which answers a foreign preflight itself.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        assert app.middleware_stack is not None, "it is built before the application starts"
        app.middleware_stack = Guard(
            Addresses(app.middleware_stack, ours(app.routes)),
            token=token,
            allowed_hosts=allowed_hosts,
            space_host=os.environ.get("SPACE_HOST", ""),
        )
        yield

    return lifespan


class Guard:
    """ASGI middleware. `space_host` is this studio's name on Hugging Face Spaces, whose page frames it."""

    def __init__(
        self, app: ASGIApp, *, token: str | None, allowed_hosts: Collection[str] = (), space_host: str = ""
    ) -> None:
        self._app = app
        self._token = token
        self._hosts = {bare(host) for host in (*LOOPBACK, *allowed_hosts, space_host) if host}
        self._space_host = space_host.lower()
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = self._foreign(Headers(scope=scope)) or self._unknown(HTTPConnection(scope))
        if answer is None:
            await self._app(scope, receive, self._with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(scope, receive, self._with_headers(send))

    def _foreign(self, headers: Headers) -> Response | None:
        """Return the refusal of a request that another site sent or that goes to a name we do not have."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or bare(hosts[0]) not in self._hosts:
            name = bare(hosts[0]) if hosts else "(none)"
            return PlainTextResponse(
                f"This studio does not answer to the name {name}.\n"
                f"If it is yours, start the studio with --allow-host {name}\n",
                status_code=403,
            )
        known = (hosts[0].lower(), self._space_host)
        if any(not (name := authority(origin)) or name not in known for origin in origins):
            return PlainTextResponse("This studio answers its own pages only.\n", status_code=403)
        return None

    def _unknown(self, connection: HTTPConnection) -> Response | None:
        """Return the question for the token, or the exchange of the token for a cookie; None to let in."""
        if self._token is None or connection.url.path in WITHOUT_TOKEN:
            return None
        if _equal(connection.cookies.get(self._cookie(connection), ""), self._session):
            return None
        given = connection.query_params.get("token")
        if connection.scope["type"] == "http" and given is not None and _equal(given, self._token):
            return self._exchange(connection)
        reason = "Open the address that was printed where the studio was started."
        if given is not None:
            reason = "That is not the token of this start; every start has a new one. " + reason
        return HTMLResponse(ASK.format(reason=html.escape(reason)), status_code=401, headers=NOT_KEPT)

    def _exchange(self, connection: HTTPConnection) -> Response:
        """Send the browser to the same page without the token, which so stays out of history and logs."""
        rest = [pair for pair in parse_qsl(connection.url.query) if pair[0] != "token"]
        path = "/" + connection.url.path.lstrip("/")  # two slashes would lead to another host
        target = path + ("?" + urlencode(rest) if rest else "")
        answer = RedirectResponse(target, status_code=303, headers=NOT_KEPT)
        # Framed by another site, as on Spaces, no strict cookie is sent; there the check of Origin protects.
        framed = bool(self._space_host)
        answer.set_cookie(
            self._cookie(connection),
            self._session,
            httponly=True,
            secure=framed or connection.url.scheme == "https",
            samesite="none" if framed else "strict",
        )
        return answer

    def _cookie(self, connection: HTTPConnection) -> str:
        """Return the cookie's name. Cookies are shared by all ports of a host, so the port is part of it."""
        return f"studio-{connection.url.port or 'session'}"

    def _with_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers.setdefault("Referrer-Policy", "same-origin")
                framing = "https://huggingface.co" if self._space_host else ""
                headers.append("Content-Security-Policy", f"frame-ancestors 'self' {framing}".strip())
            await send(message)

        return send_with_headers


def _equal(given: str, expected: str) -> bool:
    """Compare in a time that does not tell how much was right."""
    return hmac.compare_digest(given.encode(), expected.encode())
