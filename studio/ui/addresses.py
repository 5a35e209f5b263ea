"""What of Gradio's server can be reached: the few addresses that its page uses. Stands inside the guard.

Gradio brings some sixty: one fetches any address of the internet for whoever asks, others call functions of
components, join its queue or record a visit. The studio uses none of these, so they are not there, and what
a later Gradio adds is not there either. The studio's own routes (`routes.py`) all are.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.ui.received import Received

OPEN = re.compile(
    r"/|/config|/theme\.css|/favicon\.ico|/(?:assets|static|svelte)/.+"
    r"|/gradio_api/(?:startup-events|app_id|upload|upload_progress|run/predict)"
)
"""The addresses of Gradio's that its page asks for, as seen in Chromium on every step.

`app_id` is what it asks after a press found no server: it takes no press any more until that is answered,
and then loads itself anew.
"""
PRESS = "/gradio_api/run/predict"
"""Where every press of the page goes."""
UPLOAD = "/gradio_api/upload"
"""Where files are handed over, to be named by the press that comes next."""
MOST_BYTES = 8_000_000
"""Of one press: what is typed and chosen. Files go by another address, which has a limit of its own."""

NOT_THERE = PlainTextResponse("There is nothing here.\n", status_code=404)
TOO_LARGE = PlainTextResponse(f"A press may bring {MOST_BYTES // 10**6} MB at most.\n", status_code=413)
NOT_READABLE = PlainTextResponse("This is not what the page sends.\n", status_code=400)
ELSEWHERE = PlainTextResponse("Files are handed over; none is fetched from an address.\n", status_code=400)


def ours(routes: Sequence[BaseRoute]) -> tuple[BaseRoute, ...]:
    """Return the routes of an application that are not Gradio's nor of the library that it stands on."""
    return tuple(route for route in routes if _is_ours(route))


def _is_ours(route: BaseRoute) -> bool:
    module = str(getattr(getattr(route, "endpoint", None), "__module__", ""))
    plain = isinstance(route, Route | WebSocketRoute | Mount)  # a router within the application is Gradio's
    return plain and module.partition(".")[0] not in ("gradio", "fastapi")


class Addresses:
    """ASGI middleware. `own` are the studio's own routes."""

    def __init__(self, app: ASGIApp, own: Sequence[BaseRoute], received: Received | None = None) -> None:
        self._app, self._own, self._received = app, own, received

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_own(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif not OPEN.fullmatch(scope["path"]):
            await NOT_THERE(scope, receive, send)
        elif scope["path"] == PRESS:
            await self._press(scope, receive, send)
        elif scope["path"] == UPLOAD and self._received is not None:
            await self._received.take(self._app, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_own(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is not Match.NONE for route in self._own)

    async def _press(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        refusal = _refusal(body)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body, told = _whole_letters(_without_value(body)), False

        async def again() -> Message:
            nonlocal told
            if told:
                return await receive()  # that the visitor left
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)


async def _body(receive: Receive) -> bytes:
    """Return what was sent; of too much, no more than shows that it is."""
    parts, held, more = [], 0, True
    while more and held <= MOST_BYTES:
        message = await receive()
        parts.append(message.get("body", b""))
        held += len(parts[-1])
        more = message.get("more_body", False)
    return b"".join(parts)


def _without_value(body: bytes) -> bytes:
    """Return a press whose event tells by names, or tells nothing.

    When a field changes, the page sends its new value where a part of the page would send names and values.
    No handler reads it there, and Gradio fails at looking for a name in it.
    """
    document = json.loads(body)
    if isinstance(document.get("event_data"), dict | None):
        return body
    return json.dumps(document | {"event_data": None}).encode()


def _whole_letters(body: bytes) -> bytes:
    """Return a press without halves of letters: no file and no answer can hold one.

    A browser sends them where somebody pasted half an emoji; they become question marks.
    """
    if b"\\ud" not in body.lower():
        return body
    return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")


def _refusal(body: bytes) -> Response | None:
    """Return why a press is not taken: Gradio would fetch a file that is named by an address."""
    if len(body) > MOST_BYTES:
        return TOO_LARGE
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return NOT_READABLE
    if not isinstance(document, dict):
        return NOT_READABLE
    return ELSEWHERE if any("://" in path for path in _paths(document)) else None


def _paths(document: Any) -> Iterator[str]:
    """Return whatever a document names as the path of a file, however deep."""
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
            if "meta" in part and isinstance(part.get("path"), str):
                yield part["path"]
        elif isinstance(part, list):
            waiting += part
