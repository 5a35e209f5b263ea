"""The way into an open demo: each browser is a guest of its own, by a random cookie that names nobody."""

import hashlib
import re
import secrets
from urllib.parse import urlencode

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from studio.ui.doors.door import NOT_KEPT, cookie_name, is_sent, target_of
from studio.ui.doors.pages import ask
from studio.ui.doors.sessions import Person

KEPT_SECONDS = 30 * 24 * 3600
ASKED = "guest"
"""Stands in the address while the browser is asked to keep the cookie."""
_TICKET = re.compile(r"[A-Za-z0-9_-]{43}")
_NO_COOKIE = """<p>It keeps what you make apart from what others make here by a cookie, and your browser
keeps none for this page. Allow it, or open the demo in a tab of its own.</p>
<a class="button" href="/" target="_blank">Open it in a new tab</a>"""


class Guests:
    """The cookie is kept nowhere: the guest's name is made of it, so that a restart loses nobody."""

    def __init__(self, *, framed: bool = False) -> None:
        self._framed = framed

    def person(self, request: HTTPConnection) -> Person | None:
        ticket = request.cookies.get(cookie_name(request, "-guest"), "")
        if not _TICKET.fullmatch(ticket):
            return None
        name = hashlib.sha256(ticket.encode()).hexdigest()[:20]
        return Person(f"guest-{name}", "")

    def welcome(self, request: HTTPConnection) -> Response:
        """Give a browser its cookie, and look whether it keeps it."""
        if not is_sent(request, "GET", "/"):
            return PlainTextResponse("Open the page of this demo first.\n", status_code=401, headers=NOT_KEPT)
        query = request.query_params
        if ASKED in query:
            page = ask("This demo needs a cookie", _NO_COOKIE)
            return HTMLResponse(page, status_code=401, headers=NOT_KEPT)
        target = target_of("/", urlencode([*query.multi_items(), (ASKED, "1")]))
        answer = RedirectResponse(target, status_code=303, headers=NOT_KEPT)
        answer.headers.append("set-cookie", self._cookie(request))
        return answer

    def arrived(self, request: HTTPConnection) -> Response | None:
        """Take the question for the cookie out of the address again."""
        query = request.query_params
        if ASKED not in query or not is_sent(request, "GET", "/"):
            return None
        rest = [pair for pair in query.multi_items() if pair[0] != ASKED]
        return RedirectResponse(target_of("/", urlencode(rest)), status_code=303, headers=NOT_KEPT)

    def _cookie(self, request: HTTPConnection) -> str:
        parts = [f"{cookie_name(request, '-guest')}={secrets.token_urlsafe(32)}", "HttpOnly", "Path=/"]
        parts.append(f"Max-Age={KEPT_SECONDS}")
        if self._framed:
            # Within another site's page only such a cookie is kept; starlette writes none on this Python.
            parts += ["SameSite=None", "Secure", "Partitioned"]
        else:
            parts += ["SameSite=Lax", *(["Secure"] if request.url.scheme == "https" else [])]
        return "; ".join(parts)
