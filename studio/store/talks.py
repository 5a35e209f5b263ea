"""Conversations in the home, a folder each: a question is kept before it is answered."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studio.core.errors import Refused
from studio.core.talk import Talk, from_dict, to_dict
from studio.store.files import read_as, readable, remove_folder, staged_folder, told_plainly, write_json
from studio.store.owned import Owned
from studio.store.turns import turn_to_write

_ID = re.compile(r"[a-z2-7]{16}")
_RESTORE = "Restore it from a copy, or delete its folder."


class TalkFolder:
    """One conversation on disk. Safe for many pages and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self._file = path / "talk.json"

    def read(self) -> Talk:
        """Raises StudioError where the file is damaged."""
        return read_as(from_dict, self._file, hint=_RESTORE)

    def write(self, talk: Talk) -> None:
        write_json(self._file, {"version": 1, **to_dict(talk)})

    def change(self, change: Callable[[Talk], Talk]) -> Talk:
        """Write what becomes of the conversation, and return it. One that was deleted meanwhile stays so."""
        if not self.path.is_dir():
            raise Refused("This conversation was deleted.", "Begin a new one.")
        with told_plainly("The conversation"), turn_to_write(self._file):
            talk = change(self.read())
            self.write(talk)
        return talk


class Talks(Owned):
    """All conversations of a home."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _ID, lambda folder: TalkFolder(folder).read().owner)

    def add(self, talk: Talk) -> TalkFolder:
        path = self.path / talk.id
        with told_plainly("The conversation"), staged_folder(path) as staged:
            TalkFolder(staged).write(replace(talk, owner=self.owner or talk.owner))
        return TalkFolder(path)

    def folder(self, talk: str) -> TalkFolder:
        """Raises Refused where there is none."""
        if not self.has(talk):
            raise Refused(f"There is no conversation {talk!r}.", "It may have been deleted; begin a new one.")
        return TalkFolder(self.path / talk)

    def all(self) -> tuple[Talk, ...]:
        """Return those that can be read, the newest first."""
        found, _ = readable([TalkFolder(path) for path in self.paths()], TalkFolder.read)
        return tuple(sorted((talk for _, talk in found), key=lambda talk: talk.begun_at, reverse=True))

    def delete(self, talk: str) -> None:
        with told_plainly("The change"):
            remove_folder(self.folder(talk).path)
