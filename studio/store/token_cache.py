"""Rows that were turned into tokens before, by what their tokens depend on: the next run begins at once."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.sizes import size
from studio.store.files import remove_folder, staged_folder
from studio.store.token_files import INDEX, TokenFile, TokenWriter

MOST_BYTES = 8_000_000_000
"""Kept of all data sets together: about 15 million short rows. What was not used for longest goes."""
_NAME = re.compile(r"[0-9a-f]{12}-[0-9a-f]{32}")


class TokenCache:
    """Folders of tokens, named by the version of the data set and the rest of what they depend on."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.path, self._most_bytes = path, most_bytes

    def find(self, name: str) -> TokenFile | None:
        """Return the tokens of this name; None where there are none.

        Raises StudioError where they are damaged: they are gone then, and the next look finds none.
        """
        folder = self._folder(name)
        if not folder.is_dir():
            return None
        try:
            found = TokenFile(folder)
            os.utime(folder / INDEX)
        except FileNotFoundError:  # deleted in this moment, with its data set or to make room
            return None
        except StudioError:
            remove_folder(folder)
            raise
        return found

    def make(self, name: str, write: Callable[[TokenWriter], bool]) -> TokenFile | None:
        """Return the tokens that `write` writes; None, and nothing is left, where it returns False."""
        target = self._folder(name)
        try:
            with staged_folder(target) as staged, TokenWriter(staged) as writer:
                if not write(writer):
                    raise _Abandoned
                writer.close()
        except _Abandoned:
            return None
        except OSError:
            if not target.is_dir():
                raise
            # Another process of the same run was there first, with the same tokens.
        self._make_room(spare=target)
        return TokenFile(target)

    def drop_unused(self, is_used: Callable[[str], bool]) -> None:
        """Delete the tokens of the versions that are not used any more."""
        for folder in self._all():
            if not is_used(folder.name.partition("-")[0]):
                remove_folder(folder)

    def _make_room(self, *, spare: Path) -> None:
        """Delete what was not used for longest until the rest is small enough; `spare` always stays."""
        others = sorted((folder for folder in self._all() if folder != spare), key=_used_at, reverse=True)
        held = size(spare)
        for folder in others:
            held += size(folder)
            if held > self._most_bytes:
                remove_folder(folder)

    def _all(self) -> list[Path]:
        if not self.path.is_dir():
            return []
        return [folder for folder in self.path.iterdir() if _NAME.fullmatch(folder.name)]

    def _folder(self, name: str) -> Path:
        assert _NAME.fullmatch(name), name
        return self.path / name


class _Abandoned(Exception):
    """What was being written is not wanted any more."""


def _used_at(folder: Path) -> float:
    index = folder / INDEX
    return index.stat().st_mtime if index.exists() else 0.0
