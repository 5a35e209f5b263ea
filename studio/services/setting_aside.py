"""Rows that the chosen model cannot take: a run sets them aside, names them, and goes on with the rest.

The rows are noted in the run's folder, so that its exam and its exports are made of the same ones.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from studio.core.config import DataSettings, RunConfig
from studio.core.errors import StudioError
from studio.core.events import Warned
from studio.core.examples import Example, labels_of
from studio.data.checks.too_few import FEWEST_ROWS
from studio.data.split import Split
from studio.data.templates import ChatTemplate
from studio.engine.objectives import objective_named
from studio.services.examples import encode_rows
from studio.store.files import read_as, write_json
from studio.store.runs import RunFolder

FILE = "set_aside.json"
ROWS_NAMED = 12
_RESTORE = "Restore it from a copy, or start a new run from the data set."
Halves = tuple[tuple[Example, ...], tuple[Example, ...]]
"""The examples to learn from and the held-back ones."""


def set_aside(folder: RunFolder) -> frozenset[int]:
    """Return the rows that this run does without."""
    path = folder.path / FILE
    return read_as(_rows, path, hint=_RESTORE) if path.exists() else frozenset()


def _rows(entries: dict[str, Any]) -> frozenset[int]:
    return frozenset(entries["rows"])


def without(parts: Split, rows: Collection[int]) -> Split:
    """Return both parts without these rows; which of the others is held back stays as it was."""
    training, held_out = (
        tuple(sourced for sourced in part if sourced.row not in rows)
        for part in (parts.training, parts.held_out)
    )
    return replace(parts, training=training, held_out=held_out)


def usable_examples(folder: RunFolder, parts: Split, *, template: ChatTemplate, config: RunConfig) -> Halves:
    """Return the rows as tokens. Those that cannot be written are noted in the run's folder and warned of.

    Raises StudioError where too few are left.
    """
    objective, max_length = objective_named(config.objective), config.part(DataSettings).max_length
    problems: dict[int, StudioError] = {}
    halves: list[tuple[Example, ...]] = []
    for part in (parts.training, parts.held_out):
        encoded = list(encode_rows(part, objective, template, max_length=max_length))
        problems |= {sourced.row: found for sourced, found in encoded if isinstance(found, StudioError)}
        halves.append(tuple(found for _, found in encoded if isinstance(found, Example)))
    training, held_out = halves
    if objective.HEAD == "classes":
        labels = _enough_labels(training)
        problems |= {example.row: _unknown(example) for example in held_out if example.label not in labels}
        held_out = tuple(example for example in held_out if example.label in labels)
    if problems:
        _check_enough(training, held_out, problems)
        write_json(folder.path / FILE, {"version": 1, "rows": sorted(problems)})
        folder.append(
            Warned(_said(problems), "Correct these rows, or choose another model, to use them too.")
        )
    return training, held_out


def _enough_labels(training: tuple[Example, ...]) -> tuple[str, ...]:
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
    training: tuple[Example, ...], held_out: tuple[Example, ...], problems: Mapping[int, StudioError]
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
