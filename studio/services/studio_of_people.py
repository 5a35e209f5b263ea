"""The part of the facade about people: whose things a studio shows (see `studio.py`)."""

import copy
import threading
from collections import OrderedDict
from typing import Self

from studio.core.errors import Refused
from studio.services.recent import RecentStarts
from studio.services.runbook import RunBook
from studio.services.shares import Share, Shares
from studio.store.home import Home

KEPT = 1000
"""Visitors whose facade is kept at hand; another is made in a moment."""
OF_MANY = ("_uploads", "_changes", "_questions", "_book", "_shares")
"""What a studio holds of many people's at once; each gives the view of one of them."""


class StudioOfPeople:
    """One home, and the same one as each of its visitors sees it."""

    def __init__(self, home: Home) -> None:
        self._home, self._book, self._recent = home, RunBook(home), RecentStarts()
        self._shares = Shares(home, self._book)
        self._visits: OrderedDict[str, Self] = OrderedDict()
        self._arrivals = threading.Lock()

    @property
    def owner(self) -> str:
        """Who owns what is made here; `me` in a studio that is used from its own machine."""
        return self._home.owner

    def visited_by(self, owner: str) -> Self:
        """Return the facade over what belongs to one person alone.

        Others' ids are refused in the words for what never was, lists leave them out, and what is made is
        that person's. It shares the worker: it is neither opened nor closed.
        """
        if not owner:
            raise Refused("Nobody is signed in.", "Open the page of the studio, and sign in there.")
        with self._arrivals:
            if (seen := self._visits.pop(owner, None)) is None:
                seen = self._as_seen_in(self._home.owned_by(owner))
            self._visits[owner] = seen
            if len(self._visits) > KEPT:
                self._visits.popitem(last=False)
        return seen

    def _as_seen_in(self, home: Home) -> Self:
        seen = copy.copy(self)
        seen._home = home
        for name in OF_MANY:
            setattr(seen, name, getattr(self, name).seen_in(home))
        return seen

    def share(self) -> Share:
        """Return what may be used here, and how much of it is."""
        return self._shares.view()
