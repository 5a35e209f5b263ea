"""Whose request is being answered: the guard sets it before any route, the page's handlers look it up.

All events of the page are plain requests, so a handler runs in the context of the one that triggered it.
What is smuggled into Gradio's queue runs in no request's: there nobody asks, and a shared studio refuses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from studio.core.errors import Refused
from studio.services.studio import Studio

NOBODY = "nobody"
"""The page is built as this person sees it, who has nothing: what is built goes out to everybody."""

_VISITOR: ContextVar[str] = ContextVar("visitor", default="")


@contextmanager
def visiting(owner: str) -> Iterator[None]:
    """Answer what happens within as a request of this person; "" is nobody."""
    before = _VISITOR.set(owner)
    try:
        yield
    finally:
        _VISITOR.reset(before)


def asking() -> str:
    """Return who is asking, "" where nobody is known to."""
    return _VISITOR.get()


def visitor() -> str:
    """Return who is asking. Raises Refused where nobody is known to."""
    if owner := asking():
        return owner
    raise Refused("This studio does not know who is asking.", "Open its page again, and sign in there.")


class SharedStudio:
    """A studio for many people: each use is one by whoever is asking in that moment, and nobody else's.

    It stands in the place of a `Studio`. What is built once keeps this, and so never one person's facade.
    """

    def __init__(self, whole: Studio) -> None:
        self._whole = whole

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole.visited_by(visitor()), name)
