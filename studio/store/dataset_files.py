"""What the files of a data set hold, and how it is written: its meta.json, and what a version is made of."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.core.cleaning import Step, steps_from
from studio.core.report import DatasetReport
from studio.core.shapes import shaped


@dataclass(frozen=True)
class DatasetMeta:
    """What may change about a data set. `version` is the one that new runs use; `sample` its shipped id."""

    name: str
    file_name: str
    created_at: float
    version: str
    owner: str = "me"
    sample: str = ""
    licence: str = ""
    """Of a shipped data set; empty where it is the user's own."""
    hub_id: str = ""
    """Owner and name on the hub, where it was fetched from there."""
    lesson: str = ""
    """Kind and data set of the feedback that it was made of; empty where it was brought as a file."""
    history: tuple[str, ...] = ()
    """All versions, the oldest first."""
    read_version: str = ""
    """The one that `steps` begin with; empty where they have none."""
    steps: tuple[Step, ...] = ()
    """The way from there to `version`."""
    undone: tuple[Step, ...] = ()
    """Steps that were taken back, the last one first, until another is made."""


@dataclass(frozen=True)
class Content:
    """What a file turned out to hold, read in one way. `rows` are its first ones: number and cells.

    `records` is the file that a `RecordWriter` wrote inside the home, `records_hash` what closing it gave.
    """

    report: DatasetReport
    records: Path
    records_hash: str
    rows: Sequence[Mapping[str, Any]]
    set_aside: Sequence[tuple[int, str, str]] = ()
    """Rows that became no record: number, the check that lists it, reason."""
    steps: tuple[Step, ...] = ()
    """How it was made after the file was read."""

    @property
    def version(self) -> str:
        """Return its name as a version: equal records that were read and set aside alike have the same.

        Records alone do not tell: two mappings can give equal ones, and each has its own report.
        """
        read_as = sorted(self.report.mapping.items()), sorted(map(tuple, self.set_aside))
        return hashlib.sha256(json.dumps([self.records_hash, *read_as]).encode()).hexdigest()[:12]


def meta_from(entries: dict[str, Any]) -> DatasetMeta:
    named = {**entries, "version": entries["current"], "history": tuple(entries["history"])}
    for name in ("steps", "undone"):
        named[name] = steps_from(entries.get(name, ()))
    del named["current"]
    return shaped(DatasetMeta, named)


def set_aside_document(set_aside: Sequence[tuple[int, str, str]]) -> dict[str, Any]:
    """Return the document of rows that were set aside: each reason stands in it once."""
    reasons: dict[tuple[str, str], list[int]] = {}
    for row, check, message in set_aside:
        reasons.setdefault((check, message), []).append(row)
    found = [{"check": check, "message": message, "rows": rows} for (check, message), rows in reasons.items()]
    return {"version": 1, "reasons": found}


def set_aside_from(entries: dict[str, Any]) -> list[tuple[int, str, str]]:
    return sorted(
        (int(row), str(reason["check"]), str(reason["message"]))
        for reason in entries["reasons"]
        for row in reason["rows"]
    )
