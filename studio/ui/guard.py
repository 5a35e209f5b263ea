"""Who may talk to the page's server: decided before every route, Gradio's own and its websockets included.

A web page somewhere else must not reach a studio on this machine through the visitor's browser: an unknown
`Host` (a name that was pointed here) and a foreign or `null` `Origin` are refused. Who may come in, and whose
things they see, the door says (`studio/ui/doors/`).
"""

import os
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.core.hosts import LOOPBACK, authority, bare
from studio.ui.addresses import Addresses, ours
from studio.ui.doors.door import Door, Visit
from studio.ui.received import Received
from studio.ui.visitors import visiting

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def guarded(door: Door, allowed_hosts: Collection[str], received: Received | None = None) -> Lifespan:
    """Return the `lifespan` of an application that puts the guard around all of it that may be reached.

    `received`: where files lie that are handed over. As an entry of `middleware` it would stand inside
    Gradio's own, which answers a foreign preflight itself.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        assert app.middleware_stack is not None, "it is built before the application starts"
        if received is not None:
            app.uploaded_file_dir = received  # Gradio's own name for where it puts files
        app.middleware_stack = Guard(
            Addresses(app.middleware_stack, ours(app.routes), received),
            door=door,
            allowed_hosts=allowed_hosts,
            space_host=os.environ.get("SPACE_HOST", ""),
        )
        yield

    return lifespan


class Guard:
    """ASGI middleware. `space_host` is this studio's name on Hugging Face Spaces, whose page frames it."""

    def __init__(
        self, app: ASGIApp, *, door: Door, allowed_hosts: Collection[str] = (), space_host: str = ""
    ) -> None:
        self._app, self._door = app, door
        self._hosts = {bare(host) for host in (*LOOPBACK, *allowed_hosts, space_host) if host}
        self._space_host = space_host.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        found = self._foreign(Headers(scope=scope))
        if found is None:
            request = Request(scope, receive) if scope["type"] == "http" else HTTPConnection(scope)
            found = await self._door.open(request)
        if isinstance(found, Visit):
            with visiting(found.owner):
                await self._app(scope, receive, self._with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await found(scope, receive, self._with_headers(send))

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
