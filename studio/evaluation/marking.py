"""From two sittings of the same paper to the exam: each metric with its interval and verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.core.exam import Difference, ExamRow, Score
from studio.core.examples import Example
from studio.evaluation.intervals import bootstrap, difference, score
from studio.evaluation.metrics import METRICS, metric_named
from studio.evaluation.questions import Question


@dataclass(frozen=True)
class Paper:
    """What every arm is asked: all `rows` are scored, `answered` is the part that is also answered.

    Of a row that was too long for the model there are several examples. `questions` by row of the user's
    file.
    """

    rows: tuple[tuple[Example, ...], ...]
    answered: tuple[Question, ...]
    questions: Mapping[int, Question]
    answer_tokens: int


@dataclass(frozen=True)
class Sitting:
    """What one arm did: `nats` of each row in the paper's order, and the answers by row.

    The first three are empty where no model sat it.
    """

    weights_hash: str
    dtype: str
    device: str
    nats: tuple[float, ...]
    answers: Mapping[int, str]


def mark(
    paper: Paper, base: Sitting, tuned: Sitting, *, metrics: Sequence[str], seed: int
) -> tuple[dict[str, dict[str, Score]], dict[str, Difference]]:
    """Return the scores by arm and metric, and the differences by metric."""
    arms: dict[str, dict[str, Score]] = {"base": {}, "tuned": {}}
    differences: dict[str, Difference] = {}
    for name in metrics:
        kind, measured = METRICS[name], metric_named(name)
        given = {
            arm: _given(kind.needs, paper, sitting) for arm, sitting in (("base", base), ("tuned", tuned))
        }
        draws = bootstrap(
            {arm: measured.parts(*pair) for arm, pair in given.items()}, measured.finish, seed=seed
        )
        for arm, pair in given.items():
            value = measured.compute(predictions=pair[0], references=pair[1])[name]
            assert abs(value - draws[arm].value) <= 1e-9 * max(1.0, abs(value)), (name, arm)
            arms[arm][name] = score(draws[arm])
        differences[name] = difference(draws["base"], draws["tuned"], better=kind.better)
    return arms, differences


def table(paper: Paper, base: Sitting, tuned: Sitting) -> tuple[ExamRow, ...]:
    """Return every scored row, side by side."""
    return tuple(
        _row(paper, row, nats, (base.answers, tuned.answers))
        for row, nats in zip(paper.rows, zip(base.nats, tuned.nats, strict=True), strict=True)
    )


def _row(
    paper: Paper,
    examples: tuple[Example, ...],
    nats: tuple[float, float],
    answers: tuple[Mapping[int, str], Mapping[int, str]],
) -> ExamRow:
    row, tokens = examples[0].row, trained_tokens(examples)
    question = paper.questions.get(row)
    return ExamRow(
        row=row,
        question=question.text if question else "",
        expected=question.expected if question else "",
        base_loss=nats[0] / tokens,
        tuned_loss=nats[1] / tokens,
        trained_tokens=tokens,
        base=answers[0].get(row),
        tuned=answers[1].get(row),
    )


def trained_tokens(examples: Sequence[Example]) -> int:
    """Return how many tokens of a row are learned; one where it is sorted into a class."""
    return sum(example.trained_tokens for example in examples)


def _given(needs: str, paper: Paper, sitting: Sitting) -> tuple[Sequence, Sequence]:
    """Return predictions and references as `RowMetric.parts` wants them."""
    if needs == "losses":
        return sitting.nats, [trained_tokens(row) for row in paper.rows]
    answered = paper.answered
    return [sitting.answers[q.row] for q in answered], [q.expected for q in answered]
