"""What every way of signing in gives to the door: the person who came, or the page that goes on from here."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection
from starlette.responses import Response

from studio.ui.doors.sessions import Person

SIGN_IN, SIGN_OUT = "/studio/sign-in", "/studio/sign-out"
AT_THE_HUB, BACK = "/studio/sign-in/hub", "/studio/signed-in"
WHO = "/studio/who"


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who signed in just now, and where the browser goes on to."""

    person: Person
    target: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why somebody did not come in, in words for the page that asks; `name` is what was typed."""

    problem: str
    target: str = "/"
    name: str = ""
    status: int = 401


class Way(Protocol):
    async def enter(self, request: HTTPConnection) -> Entered | Wrong | Response | None:
        """Return what comes of a request that belongs to this way; None where it does not."""
