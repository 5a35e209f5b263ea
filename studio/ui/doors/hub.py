"""The way in by an account of Hugging Face: there and back with the browser, then one question of our own."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from studio.core.errors import StudioError
from studio.services.openid import SignIn, Ticket
from studio.ui.doors.door import NOT_KEPT, cookie_name, equal, is_sent, target_of
from studio.ui.doors.sessions import Person
from studio.ui.doors.ways import AT_THE_HUB, BACK, Entered, Wrong

PATIENCE_SECONDS = 600.0
MOST_BEGUN = 1000
LATE = "This sign-in took too long, or was begun in another browser. Begin it again."


@dataclass(frozen=True, slots=True)
class _Begun:
    ticket: Ticket
    browser: str
    """The hash of a cookie: whoever follows somebody else's link back is not signed in as that person."""
    target: str
    at: float


class Hub:
    """`space_host` is this studio's name on Spaces, where TLS ends before it."""

    def __init__(
        self, sign_in: SignIn, *, space_host: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sign_in, self._space_host, self._clock = sign_in, space_host, clock
        self._lock = threading.Lock()
        self._begun: OrderedDict[str, _Begun] = OrderedDict()

    async def enter(self, request: HTTPConnection) -> Entered | Wrong | Response | None:
        try:
            if is_sent(request, "GET", AT_THE_HUB):
                return await self._begin(request)
            if is_sent(request, "GET", BACK):
                return await self._come_back(request)
        except StudioError as error:
            return Wrong(str(error), status=502)
        return None

    async def _begin(self, request: HTTPConnection) -> Response:
        ticket, secret = Ticket(), secrets.token_urlsafe(32)
        place = await to_thread.run_sync(self._sign_in.address, ticket, self._back(request))
        target = target_of(request.query_params.get("target", "/"))
        with self._lock:
            self._begun[ticket.state] = _Begun(ticket, _hash(secret), target, self._clock())
            if len(self._begun) > MOST_BEGUN:
                self._begun.popitem(last=False)
        answer = RedirectResponse(place, status_code=303, headers=NOT_KEPT)
        # Lax: the way back begins on the provider's page.
        answer.set_cookie(
            cookie_name(request, "-hub"),
            secret,
            max_age=int(PATIENCE_SECONDS),
            httponly=True,
            secure=self._back(request).startswith("https:"),
            samesite="lax",
        )
        return answer

    async def _come_back(self, request: HTTPConnection) -> Entered | Wrong:
        given = request.query_params
        with self._lock:
            begun = self._begun.pop(given.get("state", ""), None)
        cookie = _hash(request.cookies.get(cookie_name(request, "-hub"), ""))
        if begun is None or self._clock() - begun.at > PATIENCE_SECONDS or not equal(cookie, begun.browser):
            return Wrong(LATE, status=400)
        if "code" not in given:
            return Wrong("Hugging Face did not let you in, or you did not want to.", begun.target)
        back = self._back(request)
        known = await to_thread.run_sync(self._sign_in.person, given["code"], begun.ticket, back)
        return Entered(Person(f"hf-{known.subject}", known.name), begun.target)

    def _back(self, request: HTTPConnection) -> str:
        """Return the address to come back to; the name in it is one that the guard knows."""
        if self._space_host:
            return f"https://{self._space_host}{BACK}"
        return f"{request.url.scheme}://{request.url.netloc}{BACK}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
