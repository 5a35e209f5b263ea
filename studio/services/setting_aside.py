"""Rows that the chosen model cannot take: a run sets them aside, names them, and goes on with the rest.

The rows are noted in the run's folder, so that its exam and its exports are made of the same ones.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.core.errors import StudioError
from studio.core.events import Warned
from studio.core.examples import Example, labels_of
from studio.data.checks.too_few import FEWEST_ROWS
from studio.store.files import read_as, write_json
from studio.store.records import ChosenRecords
from studio.store.runs import RunFolder
from studio.store.token_files import TokenFile, Tokens

FILE = "set_aside.json"
ROWS_NAMED = 12
_RESTORE = "Restore it from a copy, or start a new run from the data set."
Halves = tuple[Tokens, Tokens]
"""The examples to learn from and the held-back ones."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The records to learn from and the held-back ones, read where they are looked at."""

    training: ChosenRecords
    held_out: ChosenRecords

    def without(self, rows: Collection[int]) -> "Parts":
        """Return both parts without these rows; which of the others is held back stays as it was."""
        return Parts(self.training.without(rows), self.held_out.without(rows))


def set_aside(folder: RunFolder) -> frozenset[int]:
    """Return the rows that this run does without."""
    path = folder.path / FILE
    return read_as(_rows, path, hint=_RESTORE) if path.exists() else frozenset()


def _rows(entries: dict[str, Any]) -> frozenset[int]:
    return frozenset(entries["rows"])


def usable_examples(folder: RunFolder, parts: Parts, tokens: TokenFile, *, sorts: bool) -> Halves:
    """Return the tokens of both parts. Rows without any are noted in the run's folder and warned of.

    `sorts`: labels are learned, so what is held out must have one that stands in a row to learn from.
    Raises StudioError where too few are left.
    """
    training, held_out = (Tokens(tokens).of_records(part.places) for part in (parts.training, parts.held_out))
    problems = _problems(parts, tokens)
    if sorts:
        labels = _enough_labels(training)
        unknown = {at for at, label in enumerate(held_out.class_labels()) if label not in labels}
        problems |= {held_out[at].row: _unknown(held_out[at]) for at in unknown}
        held_out = held_out.only([at for at in range(len(held_out)) if at not in unknown])
    if problems:
        _check_enough(training, held_out, problems)
        write_json(folder.path / FILE, {"version": 1, "rows": sorted({*problems, *set_aside(folder)})})
        folder.append(
            Warned(_said(problems), "Correct these rows, or choose another model, to use them too.")
        )
    return training, held_out


def _problems(parts: Parts, tokens: TokenFile) -> dict[int, StudioError]:
    if not tokens.unusable:
        return {}
    used = {*parts.training.places, *parts.held_out.places}
    found = (each for each in tokens.unusable if each.place in used)
    return {each.row: StudioError(each.message, each.hint) for each in found}


def _enough_labels(training: Sequence[Example]) -> tuple[str, ...]:
    """Return the labels to learn. Raises StudioError where there is nothing to tell apart."""
    labels = labels_of(training)
    if len(labels) < 2:
        raise StudioError(
            "The rows to learn from all have the same label, so there is nothing to tell apart.",
            "Add rows with other labels, or check which column holds the label.",
        )
    return labels


def _unknown(example: Example) -> StudioError:
    return StudioError(
        f"Row {example.row}: its label “{example.label}” stands in no row to learn from.",
        "Add more rows with this label.",
    )


def _check_enough(
    training: Sequence[Example], held_out: Sequence[Example], problems: Mapping[int, StudioError]
) -> None:
    left = len(training) + len(held_out)
    if training and held_out and left >= FEWEST_ROWS:
        return
    first = problems[min(problems)]
    raise StudioError(
        f"{left} rows are left that this model can take, {len(held_out)} of them for the exam; a run needs "
        f"at least {FEWEST_ROWS}. {first.message}",
        first.hint or "Correct the rows, or choose another model.",
    )


def _said(problems: Mapping[int, StudioError]) -> str:
    rows = sorted(problems)
    named = ", ".join(f"{row:,}" for row in rows[:ROWS_NAMED])
    more = f" and {len(rows) - ROWS_NAMED:,} more" if len(rows) > ROWS_NAMED else ""
    what = "1 row cannot" if len(rows) == 1 else f"{len(rows):,} rows cannot"
    return (
        f"{what} be used with this model and {'is' if len(rows) == 1 else 'are'} set aside: row"
        f"{'' if len(rows) == 1 else 's'} {named}{more}. {problems[rows[0]].message}"
    )
