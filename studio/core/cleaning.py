"""What was done to a data set after it was read: its history, as the screen and the model card tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.core.shapes import shaped

REMAPPED = "remap"
"""The `fix` of a step that read the file anew with other columns; nothing before it is in the rows."""


@dataclass(frozen=True)
class Wish:
    """A change that somebody asks for: the fix of a finding (`check`, `kind`), with what it needs to know.

    Where `fix` is `REMAPPED` the options are role -> column. `version`: refuse where the data set is another
    by now; empty: any.
    """

    check: str
    kind: str
    fix: str
    options: Mapping[str, str] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One fix that made a version out of the one before it.

    (`check`, `kind`) is the finding that it mends; `fix` its registry name and `title` the fix in words.
    `changed`, `dropped` and `added` count rows. `at` is in seconds since 1970, `by` the data set's owner.
    """

    version: str
    check: str
    kind: str
    fix: str
    title: str
    changed: int
    dropped: int
    added: int
    at: float
    by: str


def steps_from(documents: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return steps from their JSON form. Raises TypeError where an entry is none."""
    return tuple(shaped(Step, document) for document in documents)


def since_reading(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps that are in the rows: those after the file was last read anew."""
    last = max((at for at, step in enumerate(steps) if step.fix == REMAPPED), default=-1)
    return steps[last + 1 :]
