"""What a user gave a run beside its rows: documents as text, and the instruction for the untouched model."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.core import knowledge
from studio.core.errors import Refused
from studio.core.knowledge import Document
from studio.store.files import read_as, told_plainly, write_json

_ID = re.compile(r"[0-9a-f]{16}")
_REMOVED = ".removed"
_RESTORE = "Remove this file, then add the document again."


def _prompt(entries: Mapping[str, Any]) -> str:
    return str(entries["prompt"])


class Knowledge:
    """The documents of one run. One that is removed can be brought back until another is removed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prompt(self) -> str:
        """Return the user's instruction; empty where there is none."""
        path = self._folder / "prompt.json"
        return read_as(_prompt, path, hint="Delete this file, then write it again.") if path.exists() else ""

    def set_prompt(self, prompt: str) -> None:
        with told_plainly("The instruction"):
            self._folder.mkdir(exist_ok=True)
            write_json(self._folder / "prompt.json", {"version": 1, "prompt": prompt})

    def documents(self) -> dict[str, Document]:
        """Return all documents by id, in the order of their names."""
        found = {
            path.stem.removeprefix("document-"): read_as(knowledge.from_dict, path, hint=_RESTORE)
            for path in self._folder.glob("document-*.json")
        }
        return dict(sorted(found.items(), key=lambda each: (each[1].name.casefold(), each[0])))

    def add(self, document: Document) -> str:
        """Keep a document and return its id, which follows from its text: the same one twice is kept once."""
        texts = hashlib.sha256(document.name.encode())
        for part in document.parts:
            texts.update(f"\0{part.place}\0{part.text}".encode())
        name = texts.hexdigest()[:16]
        with told_plainly("The document"):
            self._folder.mkdir(exist_ok=True)
            write_json(self._path(name), {"version": 1, **knowledge.to_dict(document)})
        return name

    def remove(self, name: str) -> None:
        """Take a document out. What was removed before it cannot be brought back any more."""
        path = self._known(self._path(name))
        with told_plainly("The change"):
            for earlier in self._folder.glob(f"*{_REMOVED}"):
                earlier.unlink()
            path.rename(path.with_name(path.name + _REMOVED))

    def restore(self, name: str) -> None:
        """Bring back the document that was removed last."""
        path = self._path(name)
        removed = self._known(path.with_name(path.name + _REMOVED))
        with told_plainly("The change"):
            removed.rename(path)

    def removed(self) -> tuple[str, Document] | None:
        """Return the document that `restore` would bring back, with its id."""
        for path in self._folder.glob(f"document-*{_REMOVED}"):
            document = read_as(knowledge.from_dict, path, hint=_RESTORE)
            return path.name.removeprefix("document-").partition(".")[0], document
        return None

    def _known(self, path: Path) -> Path:
        if not path.exists():
            raise Refused("This document is not there any more.", "Add its file again.")
        return path

    def _path(self, name: str) -> Path:
        if not _ID.fullmatch(name):
            raise Refused(f"There is no document {name!r}.", "See the list of documents.")
        return self._folder / f"document-{name}.json"
