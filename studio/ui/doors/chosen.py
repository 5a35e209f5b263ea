"""Which door a studio has, told from the command line and the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from studio.core.accounts import read_accounts
from studio.core.errors import Refused
from studio.core.hosts import is_loopback
from studio.core.limits import DEMO
from studio.services.openid import SignIn, provider_of
from studio.ui.doors.door import Door, Open
from studio.ui.doors.guests import Guests
from studio.ui.doors.hub import Hub
from studio.ui.doors.passwords import Passwords
from studio.ui.doors.shared import SharedDoor
from studio.ui.doors.token import TokenDoor


@dataclass(frozen=True, slots=True)
class Chosen:
    """A door; `shared` where each who comes in sees the own things only, `token` where it asks for one."""

    door: Door
    shared: bool = False
    token: str = ""


def door_of(host: str, *, token: str | None, environment: Mapping[str, str] = os.environ) -> Chosen:
    """Return the door: of many people where their passwords, Hugging Face or an open demo is set up, else
    that of one person.

    Raises Refused where other machines could reach a studio that asks nobody who they are.
    """
    space_host = environment.get("SPACE_HOST", "").lower()
    accounts, provider = read_accounts(environment), provider_of(environment)
    guests = Guests(framed=bool(space_host)) if environment.get(DEMO, "") == "1" else None
    if accounts or provider or guests:
        door = SharedDoor(
            passwords=Passwords(accounts) if accounts else None,
            hub=Hub(SignIn(provider), space_host=space_host) if provider else None,
            guests=guests,
            framed=bool(space_host),
        )
        return Chosen(door, shared=True)
    if token:
        return Chosen(TokenDoor(token, framed=bool(space_host)), token=token)
    if is_loopback(host):
        return Chosen(Open())
    raise Refused(
        f"At {host} other machines could reach this studio, and it would ask nobody who they are.",
        f"Name who may sign in with --users FILE, or set {DEMO}=1 for an open demo with limits.",
    )
