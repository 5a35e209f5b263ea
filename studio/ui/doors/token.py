"""The token of the printed address, as Jupyter has it: shown once, then the browser carries a cookie."""

import html
import secrets
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response

from studio.ui.doors.door import NOT_KEPT, WITHOUT_ASKING, Visit, cookie_name, equal, target_of
from studio.ui.doors.pages import ask

FORM = """<form><label>Token <input name="token" autocomplete="off" autofocus></label>
<button>Open</button></form>"""


class TokenDoor:
    """Lets in whoever has the token of this start: one person, or people who trust each other."""

    def __init__(self, token: str, *, framed: bool = False) -> None:
        self._token, self._framed = token, framed
        self._session = secrets.token_urlsafe(32)

    async def open(self, request: HTTPConnection) -> Visit | Response:
        if request.url.path in WITHOUT_ASKING:
            return Visit()
        if equal(request.cookies.get(cookie_name(request), ""), self._session):
            return Visit()
        given = request.query_params.get("token")
        if request.scope["type"] == "http" and given is not None and equal(given, self._token):
            return self._exchange(request)
        reason = "Open the address that was printed where the studio was started."
        if given is not None:
            reason = "That is not the token of this start; every start has a new one. " + reason
        page = ask("This studio asks for its token", f"<p>{html.escape(reason)}</p>{FORM}")
        return HTMLResponse(page, status_code=401, headers=NOT_KEPT)

    def _exchange(self, request: HTTPConnection) -> Response:
        """Send the browser to the same page without the token, which so stays out of history and logs."""
        rest = [pair for pair in parse_qsl(request.url.query) if pair[0] != "token"]
        target = target_of(request.url.path, urlencode(rest))
        answer = RedirectResponse(target, status_code=303, headers=NOT_KEPT)
        # Framed by another site, as on Spaces, no strict cookie is sent; there the check of Origin protects.
        answer.set_cookie(
            cookie_name(request),
            self._session,
            httponly=True,
            secure=self._framed or request.url.scheme == "https",
            samesite="none" if self._framed else "strict",
        )
        return answer
