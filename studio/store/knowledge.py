"""What a user gave a run beside its rows: documents as text, and the instruction for the untouched model."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studio.core import knowledge
from studio.core.errors import Refused
from studio.core.knowledge import Document, DocumentSummary
from studio.store.files import read_as, told_plainly, write_json

_ID = re.compile(r"[0-9a-f]{16}")
_REMOVED = ".removed"
MOST_DOCUMENTS = 200
"""With so many, what is looked up is still found while one waits for an answer."""
Summarise = Callable[[Document], DocumentSummary]
"""Cutting a document into passages is no matter of the store."""
_RESTORE = "Remove this file, then add the document again."


def _prompt(entries: Mapping[str, Any]) -> str:
    return str(entries["prompt"])


def _as_summary(entries: Mapping[str, Any]) -> DocumentSummary:
    return DocumentSummary(**entries)


class Knowledge:
    """The documents of one run. One that is removed can be brought back until another is removed.

    What is told of a document is kept beside it: a page that lists documents reads none of them.
    """

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

    def summaries(self, summarise: Summarise) -> dict[str, DocumentSummary]:
        """Return what is told of all documents by id, in the order of their names."""
        found = {
            path.stem.removeprefix("document-"): self._summary(path, summarise)
            for path in self._folder.glob("document-*.json")
        }
        return dict(sorted(found.items(), key=lambda each: (each[1].name.casefold(), each[0])))

    def _summary(self, path: Path, summarise: Summarise) -> DocumentSummary:
        """Return what is kept beside a document; made and kept where it is missing: a text stays as it is."""
        kept = self._beside(path)
        if kept.exists():
            return read_as(_as_summary, kept, hint="Delete this file; it is made anew.")
        summary = summarise(read_as(knowledge.from_dict, path, hint=_RESTORE))
        with told_plainly("The document"):
            write_json(kept, {"version": 1, **asdict(summary)})
        return summary

    def add(self, document: Document) -> str:
        """Keep a document and return its id, which follows from its text: the same one twice is kept once.

        Raises Refused where there are too many already.
        """
        texts = hashlib.sha256(document.name.encode())
        for part in document.parts:
            texts.update(f"\0{part.place}\0{part.text}".encode())
        name = texts.hexdigest()[:16]
        kept = [*self._folder.glob("document-*.json")]
        if len(kept) >= MOST_DOCUMENTS and self._path(name) not in kept:
            raise Refused(
                f"There are {MOST_DOCUMENTS} documents already, and no more can be looked up.",
                "Take one out first, or put several into one file.",
            )
        with told_plainly("The document"):
            self._folder.mkdir(exist_ok=True)
            write_json(self._path(name), {"version": 1, **knowledge.to_dict(document)})
        return name

    def remove(self, name: str) -> None:
        """Take a document out. What was removed before it cannot be brought back any more."""
        path = self._known(self._path(name))
        with told_plainly("The change"):
            for earlier in self._folder.glob(f"*{_REMOVED}"):
                self._beside(earlier).unlink(missing_ok=True)
                earlier.unlink()
            path.rename(path.with_name(path.name + _REMOVED))

    def restore(self, name: str) -> None:
        """Bring back the document that was removed last."""
        path = self._path(name)
        removed = self._known(path.with_name(path.name + _REMOVED))
        with told_plainly("The change"):
            removed.rename(path)

    def removed(self, summarise: Summarise) -> tuple[str, DocumentSummary] | None:
        """Return what is told of the document that `restore` would bring back, with its id."""
        for path in self._folder.glob(f"document-*{_REMOVED}"):
            name = path.name.removeprefix("document-").partition(".")[0]
            return name, self._summary(path, summarise)
        return None

    def _beside(self, path: Path) -> Path:
        """Return where what is told of a document is kept, one that was removed included."""
        return self._folder / path.name.removesuffix(_REMOVED).replace("document-", "summary-")

    def _known(self, path: Path) -> Path:
        if not path.exists():
            raise Refused("This document is not there any more.", "Add its file again.")
        return path

    def _path(self, name: str) -> Path:
        if not _ID.fullmatch(name):
            raise Refused(f"There is no document {name!r}.", "See the list of documents.")
        return self._folder / f"document-{name}.json"
