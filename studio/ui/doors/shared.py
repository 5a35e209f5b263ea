"""The door of a studio for many people: signed in by one way or another, or a guest of an open demo."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from studio.ui.doors import pages
from studio.ui.doors.door import FORM, NOT_KEPT, WITHOUT_ASKING, Visit, cookie_name, is_sent, target_of
from studio.ui.doors.guests import Guests
from studio.ui.doors.hub import Hub
from studio.ui.doors.passwords import Passwords
from studio.ui.doors.sessions import LONGEST_SECONDS, Person, Sessions
from studio.ui.doors.ways import AT_THE_HUB, SIGN_IN, SIGN_OUT, WHO, Entered, Way, Wrong


class SharedDoor:
    """`framed`: another site shows this page within its own, as Spaces does."""

    def __init__(
        self,
        *,
        passwords: Passwords | None = None,
        hub: Hub | None = None,
        guests: Guests | None = None,
        framed: bool = False,
        sessions: Sessions | None = None,
    ) -> None:
        assert passwords or hub or guests, "nobody could come in"
        self._passwords, self._hub, self._guests = passwords, hub, guests
        self._ways: Sequence[Way] = tuple(way for way in (passwords, hub) if way is not None)
        self._framed, self._sessions = framed, sessions or Sessions()

    async def open(self, request: HTTPConnection) -> Visit | Response:
        if request.scope["path"] in WITHOUT_ASKING:
            return Visit()
        if is_sent(request, "POST", SIGN_OUT):
            return self._sign_out(request)
        if is_sent(request, "GET", SIGN_IN):
            return self._ask(Wrong("", target_of(request.query_params.get("target", "/")), status=200))
        for way in self._ways:
            if (came := await way.enter(request)) is not None:
                return self._answer(request, came)
        return self._visit(request)

    def _visit(self, request: HTTPConnection) -> Visit | Response:
        person = self._sessions.person(request.cookies.get(cookie_name(request), ""))
        guest = self._guests.person(request) if self._guests is not None and person is None else None
        if (known := person or guest) is None:
            return self._stranger(request)
        if is_sent(request, "GET", WHO):
            return self._who(known, is_guest=guest is not None)
        if guest is not None and self._guests is not None and (onward := self._guests.arrived(request)):
            return onward
        return Visit(known.owner)

    def _stranger(self, request: HTTPConnection) -> Response:
        if self._guests is not None:
            return self._guests.welcome(request)
        return self._ask(Wrong("", target_of(request.url.path, request.url.query)))

    def _answer(self, request: HTTPConnection, came: Entered | Wrong | Response) -> Response:
        if isinstance(came, Response):
            return came
        if isinstance(came, Wrong):
            return self._ask(came)
        answer = RedirectResponse(came.target, status_code=303, headers=NOT_KEPT)
        # Lax, not strict: who comes back from Hugging Face begins on that site's page. The guard lets no
        # other site's request in anyway.
        self._set_cookie(request, answer, self._sessions.begin(came.person), int(LONGEST_SECONDS))
        return answer

    def _set_cookie(self, request: HTTPConnection, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            cookie_name(request),
            value,
            max_age=seconds,
            httponly=True,
            secure=self._framed or request.url.scheme == "https",
            samesite="none" if self._framed else "lax",
        )

    def _ask(self, wrong: Wrong) -> Response:
        page = pages.sign_in(
            problem=wrong.problem,
            name=wrong.name,
            target=wrong.target,
            passwords=self._passwords is not None,
            hub=f"{AT_THE_HUB}?{urlencode({'target': wrong.target})}" if self._hub else "",
            framed=self._framed,
        )
        return HTMLResponse(page, status_code=wrong.status, headers=FORM)

    def _sign_out(self, request: HTTPConnection) -> Response:
        self._sessions.end(request.cookies.get(cookie_name(request), ""))
        body = (
            '<p>Your runs go on, and what you made is kept.</p><a class="button" href="/">Sign in again</a>'
        )
        page = pages.ask("You are signed out", body)
        answer = HTMLResponse(page, headers=FORM)
        self._set_cookie(request, answer, "", 0)
        return answer

    def _who(self, person: Person, *, is_guest: bool) -> Response:
        """Tell the page's top bar who it is open for, and how another becomes of it."""
        found = {"name": person.name, "sign_in": SIGN_IN if is_guest and self._ways else ""}
        return JSONResponse(found, headers=FORM)
