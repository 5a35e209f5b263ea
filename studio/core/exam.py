"""What an exam measured: base and tuned on the same held-out rows. Made by evaluation, read by all above."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from studio.core import bake_off as bake_offs
from studio.core.bake_off import BakeOff
from studio.core.scores import ComparisonVerdict, Difference, Score

__all__ = ["ClassScores", "ComparisonVerdict", "Difference", "Exam", "ExamRow", "Score", "Wins"]

VERSION = 1


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One held-out row under both models. `row` is the 1-based line of the user's file.

    `base_loss`, `tuned_loss`: nats per trained token of this row. `base`, `tuned`: the greedy answers; None
    where this row was scored and not answered (answers are asked for a stated number of rows).

    Where the row is two answers of which one is preferred, that one is expected and `worse` is the other;
    losses are of the expected one, and the margins say by how many nats each model finds it likelier. The
    rewards are what each answer is worth by the run's own reward, where it learned from one.
    """

    row: int
    question: str
    expected: str
    base_loss: float
    tuned_loss: float
    trained_tokens: int
    base: str | None = None
    tuned: str | None = None
    worse: str = ""
    base_margin: float | None = None
    tuned_margin: float | None = None
    base_reward: float | None = None
    tuned_reward: float | None = None


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One label, which `rows` truly have: `precision`, `recall` and `f1` by arm, and the difference of F1."""

    label: str
    rows: int
    arms: Mapping[str, Mapping[str, Score]]
    difference: Difference


@dataclass(frozen=True, slots=True)
class Wins:
    """On how many questions whose answer was the better one; `ties` decide nothing.

    `share`: of those that were decided, how many the tuned answer won, with its exact interval; None where
    none was decided.
    """

    tuned: int
    base: int
    ties: int
    share: Score | None
    verdict: ComparisonVerdict

    @property
    def decided(self) -> int:
        return self.tuned + self.base


@dataclass(frozen=True)
class Exam:
    """The exam as it is kept beside a run. `arms` and `differences`, which are tuned minus base, by metric.

    An arm is `base`, `tuned`, or another of the bake-off, of which `bake_off` says more; None where there was
    none.

    `rows` were scored, `answered` of them also answered with at most `answer_tokens` new tokens each.
    `weights_hashes` by arm: over the very tensors that answered, taken while they did; "" where nothing did.
    `before` says what the base arm is where it is not the untouched model doing the same. Metrics stand in
    the order in which the task's reader wants them; those that only describe are in no difference.
    `in_other_words` says how questions were rephrased; empty where none were.
    `signatures` by metric: what a paper states beside its value. `classes` where rows are sorted. `judges`:
    the tuned model gives answers a number and writes none; then a row's losses are of the choice between two.
    `wins`: who won by the run's own reward; None where it learned from none. `left_out` answered questions
    count nowhere in the reward, since it could not be asked: `left_out_why` says why of the first.
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
    in_other_words: str = ""
    signatures: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[ClassScores, ...] = ()
    bake_off: BakeOff | None = None
    judges: bool = False
    wins: Wins | None = None
    left_out: int = 0
    left_out_why: str = ""


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
    if fields.get("bake_off") is not None:
        fields["bake_off"] = bake_offs.from_dict(fields["bake_off"])
    if fields.get("wins") is not None:
        fields["wins"] = wins_from(fields["wins"])
    return Exam(**fields)


def wins_from(document: Mapping[str, Any]) -> Wins:
    """Inverse of `asdict`."""
    return Wins(**{**document, "share": document["share"] and Score(**document["share"])})


def _arms(arms: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Score]]:
    return {arm: {metric: Score(**score) for metric, score in scores.items()} for arm, scores in arms.items()}
