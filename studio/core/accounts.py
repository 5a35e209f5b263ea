"""People who sign in with a name and a password: of a password only a slow, salted hash is ever written.

Source: RFC 7914 (scrypt); the cost is one of those that the OWASP cheat sheet on storing passwords gives.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from studio.core.errors import Refused

USERS = "STUDIO_USERS"
"""Environment variable: the lines themselves, or the file that holds them."""
COST, BLOCK, LANES = 2**15, 8, 3
"""scrypt's N, r and p: 32 MB, and about a third of a second on one core."""
SALT_BYTES, HASH_BYTES = 16, 32
LEAST_LETTERS, MOST_LETTERS = 8, 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LINE = re.compile(r"(?P<name>[^:]+):scrypt\$(?P<salt>[A-Za-z0-9_-]{22})\$(?P<hash>[A-Za-z0-9_-]{43})")
_HOW = "Make a line with `python -m studio user NAME`, and put it in the file."


@dataclass(frozen=True, slots=True)
class Secret:
    """What is kept of a password."""

    salt: bytes
    hashed: bytes

    @staticmethod
    def of(password: str) -> "Secret":
        salt = secrets.token_bytes(SALT_BYTES)
        return Secret(salt, _hash(password, salt))

    def is_of(self, password: str) -> bool:
        """Return whether the password is the right one, in a time that does not tell how much of it was."""
        return hmac.compare_digest(_hash(password, self.salt), self.hashed)


def _hash(password: str, salt: bytes) -> bytes:
    room = 2 * 128 * COST * BLOCK
    return hashlib.scrypt(
        password.encode(), salt=salt, n=COST, r=BLOCK, p=LANES, maxmem=room, dklen=HASH_BYTES
    )


def line_of(name: str, password: str) -> str:
    """Return the line that lets somebody in. Raises Refused for a name or a password that will not do."""
    if not _NAME.fullmatch(name):
        raise Refused(
            f"{name!r} cannot be a name to sign in with.",
            "Take up to 64 letters without accents, digits, dots, dashes and underscores.",
        )
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise Refused(
            f"A password has {LEAST_LETTERS} to {MOST_LETTERS:,} characters.",
            "Choose another: a few words will do.",
        )
    secret = Secret.of(password)
    return f"{name}:scrypt${_text(secret.salt)}${_text(secret.hashed)}"


@dataclass(frozen=True)
class Accounts:
    """Who may sign in. Asked of a name that is not among them, it takes as long as for one that is."""

    secrets: Mapping[str, Secret]

    def lets_in(self, name: str, password: str) -> bool:
        """Return whether this is the password of this person. Takes a third of a second of a processor."""
        known = self.secrets.get(name)
        right = (known or self._nobodys).is_of(password[:MOST_LETTERS])
        return right and known is not None

    @cached_property
    def _nobodys(self) -> Secret:
        return Secret.of(secrets.token_urlsafe())


def accounts_from(text: str, *, where: str) -> Accounts:
    """Return the people whose lines these are; empty ones and those after `#` are left out.

    Raises Refused on a line that is none, without repeating it: half of it may be a password.
    """
    found: dict[str, Secret] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = _LINE.fullmatch(line.strip())
        if parts is None or not _NAME.fullmatch(parts["name"]):
            raise Refused(f"Line {number} of {where} is no line of a person who may sign in.", _HOW)
        if parts["name"] in found:
            raise Refused(f"{parts['name']} stands in {where} twice.", "Take one of the two lines out.")
        found[parts["name"]] = Secret(_bytes(parts["salt"]), _bytes(parts["hash"]))
    if not found:
        raise Refused(f"Nobody stands in {where}, so nobody could sign in.", _HOW)
    return Accounts(found)


def read_accounts(environment: Mapping[str, str]) -> Accounts | None:
    """Return who may sign in; None where the environment does not say.

    Raises Refused where their file cannot be read.
    """
    said = environment.get(USERS, "").strip()
    if not said:
        return None
    if "scrypt$" in said:
        return accounts_from(said, where=USERS)
    path = Path(said)
    try:
        return accounts_from(path.read_text(encoding="utf-8"), where=str(path))
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "it is no text"
        raise Refused(f"The list of who may sign in, {path}, cannot be read: {problem}.", _HOW) from error


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
