"""What every door answers: who is there, or what is shown to somebody who is not known yet."""

import hmac
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection
from starlette.responses import Response

WITHOUT_ASKING = ("/gradio_api/startup-events",)
"""Gradio's launch calls it to see whether its server is up; it tells nothing but that."""
NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""Of what leads on from an address that holds a secret."""
FORM = {"Cache-Control": "no-store"}
"""Of a page with a form: without a referrer a browser would call its own page's origin `null`."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who may come in. `owner` is empty in a studio that is one person's alone."""

    owner: str = ""


class Door(Protocol):
    async def open(self, request: HTTPConnection) -> Visit | Response:
        """Return who is there, or the answer to somebody who may not come in, or not yet.

        A websocket is asked about like a plain request; there any answer means that it is closed.
        """


class Open:
    """The door of a studio on its own machine: whoever reaches it is at home."""

    async def open(self, request: HTTPConnection) -> Visit | Response:
        return Visit()


def is_sent(request: HTTPConnection, method: str, path: str) -> bool:
    """Return whether this is a plain request of this method to this path."""
    scope = request.scope
    return scope["type"] == "http" and (scope["method"], scope["path"]) == (method, path)


def cookie_name(request: HTTPConnection, what: str = "") -> str:
    """Return a cookie's name. Cookies are shared by all ports of a host, so the port is part of it."""
    return f"studio{what}-{request.url.port or 'session'}"


def target_of(path: str, query: str = "") -> str:
    """Return an address of this server to go on to: two slashes in front would lead to another host."""
    return "/" + path.lstrip("/\\") + (f"?{query}" if query else "")


def equal(given: str, expected: str) -> bool:
    """Compare in a time that does not tell how much was right."""
    return hmac.compare_digest(given.encode(), expected.encode())
