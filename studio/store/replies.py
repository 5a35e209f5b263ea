"""Replies of untouched models: kept in the home for all runs, and by each run those that it mixes in."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.replies import Replayed, Reply
from studio.core.shapes import shaped
from studio.store.files import read_as, read_json, told_plainly, write_json
from studio.store.runs import RunFolder

FILE = "replayed.json"
_NAME = re.compile(r"[0-9a-f]{32}")
_RESTORE = "Restore it from a copy, or start a new run from the data set."


class Replies:
    """One file for each model and way of asking it, which grows as more is needed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, name: str) -> tuple[Reply, ...]:
        """Return what is kept under this name. Raises StudioError where it is damaged: it is gone then."""
        path = self._file(name)
        if not path.exists():
            return ()
        try:
            return read_as(_replies, path, hint="The model is asked again.")
        except StudioError:
            path.unlink(missing_ok=True)
            raise

    def keep(self, name: str, replies: Sequence[Reply], *, model: str) -> None:
        """Keep replies under a name; `model` is how a run names who gave them."""
        with told_plainly("The replies of the untouched model"):
            self.path.mkdir(exist_ok=True)
            write_json(self._file(name), {"version": 1, "model": model, **_document(replies)})

    def most_of(self, model: str) -> int:
        """Return how many replies of a model are kept: of the file of it that has the most."""
        found = (path for path in self.path.glob("*.json") if _NAME.fullmatch(path.stem))
        return max((_count(path, model) for path in found), default=0)

    def _file(self, name: str) -> Path:
        assert _NAME.fullmatch(name), name
        return self.path / f"{name}.json"


def replies_beside(folder: RunFolder) -> Replies:
    """Return the replies of the home that a run lies in."""
    return Replies(folder.path.parents[1] / "replies")


def replayed_of(folder: RunFolder) -> Replayed | None:
    """Return what a run mixes in; None where nothing was noted. Raises StudioError where it is damaged."""
    path = folder.path / FILE
    return read_as(_replayed, path, hint=_RESTORE) if path.exists() else None


def note_replayed(folder: RunFolder, replayed: Replayed) -> None:
    """Keep what a run mixes in, so that it goes on with the same wherever it is resumed."""
    document = {"version": 1, "examples": replayed.examples, **_document(replayed.replies)}
    with told_plainly("The replies of the untouched model"):
        write_json(folder.path / FILE, document)


def _count(path: Path, model: str) -> int:
    try:
        document = read_json(path)
    except (StudioError, FileNotFoundError):
        return 0  # the run that needs it asks anew, and says so
    return len(_entries(document)) if document.get("model") == model else 0


def _entries(document: dict[str, Any]) -> list[Any]:
    entries = document.get("replies")
    return entries if isinstance(entries, list) else []


def _document(replies: Sequence[Reply]) -> dict[str, Any]:
    entries = [asdict(each) for each in replies]
    return {"replies": entries, "sha256": _hash(entries)}


def _replies(document: dict[str, Any]) -> tuple[Reply, ...]:
    if _hash(document["replies"]) != document["sha256"]:
        raise ValueError("its content is not what was written")
    return tuple(map(partial(shaped, Reply), document["replies"]))


def _replayed(document: dict[str, Any]) -> Replayed:
    return shaped(Replayed, {"examples": document["examples"], "replies": _replies(document)})


def _hash(entries: object) -> str:
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
