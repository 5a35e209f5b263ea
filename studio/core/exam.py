"""What an exam measured: base and tuned on the same held-out rows. Made by evaluation, read by all above."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

VERSION = 1

ComparisonVerdict = Literal["better", "same", "worse", "too_few"]


@dataclass(frozen=True, slots=True)
class Score:
    """A measured value with its 95 % interval; fractions, not percent."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Tuned minus base on the same rows, with the 95 % interval of a paired bootstrap."""

    value: float
    low: float
    high: float
    verdict: ComparisonVerdict


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One held-out row under both models. `row` is the 1-based line of the user's file.

    `base_loss`, `tuned_loss`: nats per trained token of this row. `base`, `tuned`: the greedy answers; None
    where this row was scored and not answered (answers are asked for a stated number of rows).
    """

    row: int
    question: str
    expected: str
    base_loss: float
    tuned_loss: float
    trained_tokens: int
    base: str | None = None
    tuned: str | None = None


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One label, which `rows` truly have: `precision`, `recall` and `f1` by arm, and the difference of F1."""

    label: str
    rows: int
    arms: Mapping[str, Mapping[str, Score]]
    difference: Difference


@dataclass(frozen=True)
class Exam:
    """The exam as it is kept beside a run. `arms` and `differences` by metric; an arm is `base` or `tuned`.

    `rows` were scored, `answered` of them also answered with at most `answer_tokens` new tokens each.
    `weights_hashes` by arm: over the very tensors that answered, taken while they did; "" where nothing did.
    `before` says what the base arm is where it is not the untouched model doing the same. Metrics stand in
    the order in which the task's reader wants them; those that only describe are in no difference.
    `signatures` by metric: what a paper states beside its value. `classes` where rows are sorted.
    """

    rows: int
    answered: int
    answer_tokens: int
    step: int
    dtype: str
    device: str
    seconds: float
    arms: Mapping[str, Mapping[str, Score]]
    differences: Mapping[str, Difference]
    table: tuple[ExamRow, ...]
    weights_hashes: Mapping[str, str]
    before: str = ""
    signatures: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[ClassScores, ...] = ()


def to_dict(exam: Exam) -> dict[str, Any]:
    """Return the JSON form that is kept in the run's folder."""
    return {"version": VERSION, **asdict(exam)}


def from_dict(document: Mapping[str, Any]) -> Exam:
    """Inverse of `to_dict`. Raises ValueError on a version this studio does not know."""
    if document.get("version") != VERSION:
        raise ValueError(f"exam of version {document.get('version')!r} is not known to this studio")
    fields = {name: value for name, value in document.items() if name != "version"}
    fields["arms"] = _arms(fields["arms"])
    fields["classes"] = tuple(
        ClassScores(**{**each, "arms": _arms(each["arms"]), "difference": Difference(**each["difference"])})
        for each in fields.get("classes", [])
    )
    fields["differences"] = {
        metric: Difference(**difference) for metric, difference in fields["differences"].items()
    }
    fields["table"] = tuple(ExamRow(**row) for row in fields["table"])
    return Exam(**fields)


def _arms(arms: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Score]]:
    return {arm: {metric: Score(**score) for metric, score in scores.items()} for arm, scores in arms.items()}
