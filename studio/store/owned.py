"""Folders that belong to somebody: what one person made is listed, found and deleted by that person alone."""

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from studio.core.errors import StudioError

ME = "me"
"""The owner in a studio that is used from its own machine."""


class Owned:
    """A folder of folders, each named by an id that cannot be guessed and owned by one person for ever."""

    owner: str | None = None
    """Whose folders are seen; None: everybody's, as the worker and the command line see them."""

    def __init__(self, path: Path, ids: re.Pattern[str], read_owner: Callable[[Path], str]) -> None:
        self.path = path
        self._ids, self._read_owner = ids, read_owner
        self._owners: dict[str, str] = {}

    def owned_by(self, owner: str) -> Self:
        """Return the same folders as one person sees them: others' are as unknown as what never was."""
        assert owner, "nobody owns nothing: that is what a damaged folder is told by"
        seen = copy.copy(self)
        seen.owner = owner
        return seen

    def has(self, name: str) -> bool:
        """Return whether there is a folder of this id, and it may be seen."""
        path = self.path / name
        if not self._ids.fullmatch(name) or not path.is_dir():
            return False
        return self.owner is None or self.owner_of(name) == self.owner

    def owner_of(self, name: str) -> str:
        """Return whose a folder is; "", which is nobody, where that cannot be read: it may not be guessed."""
        if name not in self._owners:
            try:
                self._owners[name] = self._read_owner(self.path / name)
            except (StudioError, OSError):
                return ""
        return self._owners[name]

    def paths(self) -> Iterator[Path]:
        """Yield the folders that may be seen, in no particular order."""
        return (path for path in self.path.iterdir() if self.has(path.name))
