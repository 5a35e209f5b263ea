"""Export the predictions: every held-back question with both answers and what each is worth, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.core.config import RunConfig
from studio.core.exam import Exam, ExamRow
from studio.core.measures import MEASURES
from studio.core.records import SourcedRecord, question_and_answer
from studio.data.workbook import write_sheets
from studio.exporters import card
from studio.exporters.job import Amounts, ExportJob

TITLE = "Predictions"
SUMMARY = "Every held-back question, what was expected, both answers and their scores: Excel and JSONL."
SOURCE = ""
HAS_WEIGHTS = False

EXCEL, JSONL = "predictions.xlsx", "predictions.jsonl"
ANSWERED = "answered"
EXPECTED_FACTOR, EXPECTED_REST_BYTES = 1.5, 12_000
"""Both tables have both answers beside the row: 110 KB of 59 rows that took 82 KB themselves."""
SCORED_ONLY = "scored, not answered: answers were asked for a part of the rows"
NOT_SCORED = "not in the exam: nothing of it was left to score"
NO_EXAM = "no exam was held for these weights"
ARMS = {"base": "before", "tuned": "after"}
FURTHER = {
    "margin": "by how much more a model likes the better of two answers than the other, in nats",
    "reward": "what the run's own reward gives the answer",
}
"""What else is known of each row and model where pairs or a reward were learned."""

Values = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


@dataclass(frozen=True)
class Prediction:
    """A held-back row. `found` is None where the exam has not scored it; `values` by arm and metric."""

    row: int
    question: str
    expected: str
    found: ExamRow | None
    values: Values
    state: str


def refusal(config: RunConfig) -> str:
    """Return "": rows that were not answered say so."""
    return ""


def expected_bytes(amounts: Amounts, settings: Config) -> int:
    """Return about how large both tables will be."""
    return int(EXPECTED_FACTOR * amounts.held_out_rows_bytes) + EXPECTED_REST_BYTES


def write(job: ExportJob, folder: Path) -> None:
    """Write the table twice, for people and for programs, and what its columns mean."""
    found, names = list(predictions(job)), _names(job.exam)
    with (folder / JSONL).open("w", encoding="utf-8", newline="\n") as file:
        for prediction in found:
            file.write(json.dumps(document(prediction), ensure_ascii=True) + "\n")
    write_sheets(
        folder / EXCEL, {"Predictions": _lines(found, names), "Columns": _meanings(names, _known(found))}
    )
    (folder / "README.md").write_text(_readme(job, found), encoding="utf-8")


def predictions(job: ExportJob) -> Iterator[Prediction]:
    """Yield every held-back row in the order of the file, whether or not it was answered."""
    by_row = _by_row(job.exam)
    scored = {row.row: row for row in job.exam.table} if job.exam else {}
    for sourced in job.going_on(job.held_out):
        yield _prediction(sourced, scored.get(sourced.row), by_row, examined=job.exam is not None)


def _prediction(
    sourced: SourcedRecord, found: ExamRow | None, by_row: Mapping[int, Values], *, examined: bool
) -> Prediction:
    question, expected = question_and_answer(sourced.record)
    state = ANSWERED
    if not examined:
        state = NO_EXAM
    elif found is None:
        state = NOT_SCORED
    elif found.tuned is None:
        state = SCORED_ONLY
    return Prediction(sourced.row, question, expected, found, by_row.get(sourced.row, {}), state)


def _by_row(exam: Exam | None) -> Mapping[int, Values]:
    if exam is None:
        return {}
    from studio.evaluation.by_row import by_row, of_a_row  # scikit-learn: not before the first page

    return by_row(exam, of_a_row(exam))


def _names(exam: Exam | None) -> Sequence[str]:
    """Return the metrics of single rows that this exam has, in its own order."""
    if exam is None:
        return ()
    from studio.evaluation.by_row import of_a_row  # scikit-learn: not before the first page

    return of_a_row(exam)


def document(prediction: Prediction) -> dict[str, object]:
    """Return one line of the JSONL file; what was not measured is null."""
    found = prediction.found
    sides = {
        arm: {
            "answer": getattr(found, arm) if found else None,
            "loss": getattr(found, f"{arm}_loss") if found else None,
            **{name: value for name in FURTHER if (value := _further(found, arm, name)) is not None},
            **prediction.values.get(arm, {}),
        }
        for arm in ARMS
    }
    return {
        "row": prediction.row,
        "question": prediction.question,
        "expected": prediction.expected,
        **({"worse": found.worse} if found and found.worse else {}),
        **sides,
        "state": prediction.state,
    }


def _further(found: ExamRow | None, arm: str, name: str) -> float | None:
    return getattr(found, f"{arm}_{name}") if found else None


def _known(found: Sequence[Prediction]) -> list[str]:
    """Return what else is known of these rows."""
    return [
        name for name in FURTHER if any(_further(each.found, "tuned", name) is not None for each in found)
    ]


def _lines(found: Sequence[Prediction], names: Sequence[str]) -> Iterator[list[str | int | float | None]]:
    known = _known(found)
    measured = [f"{name} {when}" for name in ("loss", *known, *names) for when in ARMS.values()]
    yield ["row", "question", "expected", *ARMS.values(), *measured, "state"]
    for each in found:
        losses = [_further(each.found, arm, name) for name in ("loss", *known) for arm in ARMS]
        answers = [getattr(each.found, arm) if each.found else None for arm in ARMS]
        values = [each.values.get(arm, {}).get(name) for name in names for arm in ARMS]
        yield [each.row, each.question, each.expected, *answers, *losses, *values, each.state]


def _meanings(names: Sequence[str], known: Sequence[str]) -> Iterator[list[str | int | float | None]]:
    yield ["column", "what it is"]
    yield ["row", "the line of your own file"]
    yield ["before, after", "the answers of the untouched and of the tuned model"]
    for name in ("loss", *names):
        yield [name, f"{MEASURES[name].title}: {MEASURES[name].small_print}; of this row alone"]
    for name in known:
        yield [name, FURTHER[name]]
    yield ["state", "whether the row was answered, and if not why"]


def _readme(job: ExportJob, found: Sequence[Prediction]) -> str:
    answered = sum(each.state == ANSWERED for each in found)
    return "\n\n".join(
        (
            "# Predictions",
            f"`{EXCEL}` and `{JSONL}` hold the same {len(found)} held-back rows, {answered} of them answered "
            "by both models. `before` (`base` in the JSONL) is the untouched model, `after` (`tuned`) the "
            "tuned one. Scores are of each row alone, so their mean is not always the exam's own figure.",
            "## Measured",
            card.measured(job),
            "## Data",
            card.data(job),
            "",
        )
    )
