"""A file is taken in: looked at without keeping it, or read in one pass into a data set of the home."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from studio.core.config import DataSettings
from studio.core.errors import Refused
from studio.core.records import SourcedRecord
from studio.core.report import DatasetReport, Issue
from studio.core.texts import checked_text, plain_name, writable
from studio.data.checks import Scene
from studio.data.inspect import Conditions, inspect
from studio.data.tables import SourceRow
from studio.data.templates import ChatTemplate
from studio.engine.starter import FOLDER_NAME, cache_folder, starter_is_ready
from studio.services.packages import IMPORTING
from studio.services.space import check_space
from studio.store.datasets import Content, DatasetFolder, DatasetMeta
from studio.store.files import readable
from studio.store.home import Home
from studio.store.incoming import Arrival
from studio.store.records import RecordWriter

NAME_LENGTH = 120
AT_ONCE_BYTES = 16_000_000
"""After so many it is asked whether there is room for as many more: a packed file can be small and hold much,
and others are being read at the same time."""


def check(path: Path, name: str, mapping: Mapping[str, str] | None) -> DatasetReport:
    """Look at a file and keep nothing."""
    return inspect(path, name, mapping=mapping or None, conditions=conditions()).report


def conditions() -> Conditions:
    """Return what a file is checked against: the starter's tokens, and the split that is the default."""
    data = DataSettings()
    return Conditions(
        load_template=_template, max_length=data.max_length, held_out_percent=data.held_out_percent
    )


def _template() -> ChatTemplate | None:
    """Return how the starter reads a conversation; None where the starter is not installed yet."""
    return _template_in(cache_folder() / FOLDER_NAME) if starter_is_ready() else None


@lru_cache(maxsize=1)
def _template_in(folder: Path) -> ChatTemplate:
    """Return it with the tokenizer, whose files are pinned: read once, not for each file and each fix.

    Its class, named outright, comes without torch; `AutoTokenizer` would bring that, and its seconds.
    """
    with IMPORTING:
        from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

    return ChatTemplate(PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True))


def scene_of(report: DatasetReport) -> Scene:
    """Return what the checks knew when a file was read, for looking at its rows once more."""
    against = conditions()
    return Scene(
        template=_template(),
        max_length=against.max_length,
        format=report.format,
        has_groups="group" in report.mapping,
        held_out_percent=against.held_out_percent,
        seed=against.seed,
    )


class _Writer(RecordWriter):
    """Writes records as long as there is room; `check` raises Refused where so many bytes have none."""

    def __init__(self, path: Path, check: Callable[[int], None]) -> None:
        super().__init__(path)
        self._check, self._asked = check, 0

    def append(self, sourced: SourcedRecord, /) -> None:
        super().append(sourced)
        if self.bytes - self._asked >= AT_ONCE_BYTES:
            self._asked = self.bytes
            self._check(AT_ONCE_BYTES)


def _any_room(needed_bytes: int) -> None:
    """Find room for everything."""


def content_of(
    path: Path,
    name: str,
    mapping: Mapping[str, str] | None,
    *,
    workshop: Path,
    against: Conditions,
    check: Callable[[int], None] = _any_room,
) -> Content:
    """Read a file; its records are written into the workshop.

    Raises Refused where it cannot be used and where `check` finds no room, Stopped where `against` says so.
    """
    with _Writer(workshop / "records.jsonl", check) as writer:
        found = inspect(path, name, sink=writer, mapping=mapping or None, conditions=against)
    if found.report.verdict == "reject":
        worst = worst_issue(found.report)
        raise Refused(worst.message, worst.hint)
    set_aside = [(row.row, row.check, row.message) for row in found.set_aside]
    return Content(found.report, writer.path, writer.close(), shown_rows(found.rows), set_aside)


def worst_issue(report: DatasetReport) -> Issue:
    """Return why a file was rejected."""
    return next((issue for issue in report.issues if issue.severity == "error"), report.issues[0])


def shown_rows(rows: Sequence[SourceRow]) -> list[dict[str, object]]:
    """Return the first rows as the file has them, every cell as text."""
    return [
        {"number": row.number, "cells": {name: _shown(cell) for name, cell in row.cells.items()}}
        for row in rows
    ]


def _shown(cell: object) -> str:
    return "" if cell is None else writable(cell) if isinstance(cell, str) else json.dumps(cell, default=str)


def arrival_of(name: str, mapping: Mapping[str, str] | None) -> Arrival:
    """Return what is known of a user's file. Raises Refused where its name is no text at all."""
    title = plain_name(checked_text(Path(name).stem, "The name of the file", len(name))) or "data"
    fitting = title if len(title) <= NAME_LENGTH else title[: NAME_LENGTH - 1] + "…"
    return Arrival(name=name, title=fitting, mapping=dict(mapping or {}))


def checked_name(text: str) -> str:
    """Return the name of a data set. Raises Refused on an empty or endless one."""
    if not plain_name(text):
        raise Refused("A data set needs a name.", "Write a word or two.")
    return plain_name(checked_text(text, "The name", NAME_LENGTH))


def take_in(home: Home, source: Path, arrival: Arrival, against: Conditions) -> DatasetFolder:
    """Read a copy that lies in a folder of its own inside the home, and make it a data set.

    The same file, read in the same way, is the data set that it was before.
    """
    against = replace(against, most_rows=home.limits.rows)
    reading = {"workshop": source.parent, "against": against, "check": partial(check_space, home)}
    content = content_of(source, arrival.name, arrival.mapping, **reading)
    meta = DatasetMeta(
        name=arrival.title,
        file_name=arrival.name,
        created_at=0.0,
        version="",
        sample=arrival.sample,
        licence=arrival.licence,
        hub_id=arrival.hub_id,
    )
    return _same(home, arrival.name, content) or home.datasets.add(source, meta, content)


def _same(home: Home, file_name: str, content: Content) -> DatasetFolder | None:
    """Return the data set that the same file made before, read in the same way."""

    def same(folder: DatasetFolder) -> bool:
        meta = folder.meta()
        same = meta.file_name == file_name and folder.report(meta.version) == content.report
        return same and folder.records_hash(meta.version) == content.records_hash

    return next((folder for folder, is_same in readable(home.datasets.all(), same)[0] if is_same), None)
