"""Who may ask: decided before every route. A page somewhere else must not ask through a visitor's browser."""

import hmac
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from studio.core.hosts import LOOPBACK, authority, bare
from studio.serving.forms import WrongRequest
from studio.serving.refusals import refusal

OPEN = ("/health",)
"""Tells nothing but that the server is there."""


class Gate:
    """ASGI middleware. `key` None asks for none: only on this machine."""

    def __init__(self, app: ASGIApp, *, key: str | None, hosts: Collection[str]) -> None:
        self._app, self._key = app, key
        self._hosts = {bare(host) for host in (*LOOPBACK, *hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        problem = self._problem(Headers(scope=scope), scope.get("path", ""))
        if problem is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await refusal(problem)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _problem(self, headers: Headers, path: str) -> WrongRequest | None:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or bare(hosts[0]) not in self._hosts:
            return WrongRequest("This server does not answer to that name.", status=403, code="unknown_host")
        if any(authority(origin) != hosts[0].lower() for origin in origins):
            return WrongRequest(
                "This server answers no other site's pages.", status=403, code="foreign_origin"
            )
        if self._key is None or path in OPEN:
            return None
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._key.encode()):
            return None
        return WrongRequest("The key is missing or wrong.", status=401, code="invalid_api_key")


async def body_of(request: Request, most_bytes: int) -> bytes:
    """Return the body. Raises WrongRequest where it is too large; no more of it is read."""
    parts, held = [], 0
    async for part in request.stream():
        held += len(part)
        if held > most_bytes:
            raise WrongRequest(
                f"The request is larger than {most_bytes:,} bytes.", status=413, code="too_large"
            )
        parts.append(part)
    return b"".join(parts)
