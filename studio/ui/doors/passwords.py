"""The way in by name and password. One is looked at after the other: each costs a third of a second."""

import asyncio
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.requests import HTTPConnection, Request

from studio.core.accounts import Accounts
from studio.ui.doors.attempts import Attempts
from studio.ui.doors.door import is_sent, target_of
from studio.ui.doors.sessions import Person
from studio.ui.doors.ways import SIGN_IN, Entered, Wrong

MOST_BYTES = 8192
MOST_WAITING = 20
LONGEST_NAME = 64
WRONG = "That name and that password do not belong together."
BUSY = "Too many people sign in at this moment. Try again in a few seconds."


class Passwords:
    def __init__(self, accounts: Accounts, attempts: Attempts | None = None) -> None:
        self._accounts, self._attempts = accounts, attempts or Attempts()
        self._turn, self._waiting = asyncio.Lock(), 0

    async def enter(self, request: HTTPConnection) -> Entered | Wrong | None:
        if not is_sent(request, "POST", SIGN_IN) or not isinstance(request, Request):
            return None
        form = await _form_of(request)
        if form is None:
            return Wrong("That was no sign-in.", status=400)
        if self._waiting >= MOST_WAITING:
            return Wrong(BUSY, form.get("target", "/"), status=503)
        self._waiting += 1
        try:
            # In turn: who sends a hundred at once still has each counted before the next is looked at.
            async with self._turn:
                return await self._looked_at(form)
        finally:
            self._waiting -= 1

    async def _looked_at(self, form: dict[str, str]) -> Entered | Wrong:
        name, target = form.get("name", "").strip()[:LONGEST_NAME], target_of(form.get("target", "/"))
        if seconds := self._attempts.seconds_to_wait(name):
            problem = f"Too many tries went wrong for this name. Wait {seconds} s, then try again."
            return Wrong(problem, target, name, status=429)
        if await to_thread.run_sync(self._accounts.lets_in, name, form.get("password", "")):
            self._attempts.went_right(name)
            return Entered(Person(f"user-{name}", name), target)
        self._attempts.went_wrong(name)
        return Wrong(WRONG, target, name)


async def _form_of(request: Request) -> dict[str, str] | None:
    """Return the fields of a plain form; None where it is too large, or none."""
    held = b""
    async for part in request.stream():
        held += part
        if len(held) > MOST_BYTES:
            return None
    try:
        return dict(parse_qsl(held.decode(), keep_blank_values=True, max_num_fields=8))
    except ValueError:
        return None
