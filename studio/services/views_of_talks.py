"""What the Chat step shows of the server beside it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ServerView:
    """A server in OpenAI's form. `names` are those that requests call its models by, the `runs` among them.

    `key` is "" where none is asked for: on this machine alone.
    """

    state: Literal["opening", "open", "failed"]
    address: str = ""
    key: str = ""
    names: tuple[str, ...] = ()
    answering: int = 0
    waiting: int = 0
    note: str = ""
    """What it waits for while it is opening, or why it could not be."""
    runs: tuple[str, ...] = ()
