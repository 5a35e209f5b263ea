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
    """What every arm is asked: all `examples` are scored, `answered` is the part that is also answered.

    `questions` by row of the user's file; a row of plain text has none.
    """

    examples: tuple[Example, ...]
    answered: tuple[Question, ...]
    questions: Mapping[int, Question]
    answer_tokens: int


@dataclass(frozen=True)
class Sitting:
    """What one arm did: `nats` of each example in the paper's order, and the answers by row."""

    weights_hash: str
    dtype: str
    device: str
    nats: tuple[float, ...]
    answers: Mapping[int, str]


def mark(
    paper: Paper, base: Sitting, tuned: Sitting, *, exactly: bool, seed: int
) -> tuple[dict[str, dict[str, Score]], dict[str, Difference]]:
    """Return the scores by arm and metric, and the differences by metric.

    `exactly`: whether answers can be told right or wrong letter by letter. They cannot where the expected
    answer is longer than what a model was allowed to write.
    """
    arms: dict[str, dict[str, Score]] = {"base": {}, "tuned": {}}
    differences: dict[str, Difference] = {}
    for name, kind in METRICS.items():
        if kind.needs == "answers" and not exactly:
            continue
        measured = metric_named(name)
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
        _row(paper, example, nats, (base.answers, tuned.answers))
        for example, nats in zip(paper.examples, zip(base.nats, tuned.nats, strict=True), strict=True)
    )


def _row(
    paper: Paper,
    example: Example,
    nats: tuple[float, float],
    answers: tuple[Mapping[int, str], Mapping[int, str]],
) -> ExamRow:
    question = paper.questions.get(example.row)
    tokens = example.trained_tokens
    return ExamRow(
        row=example.row,
        question=question.text if question else "",
        expected=question.expected if question else "",
        base_loss=nats[0] / tokens,
        tuned_loss=nats[1] / tokens,
        trained_tokens=tokens,
        base=answers[0].get(example.row),
        tuned=answers[1].get(example.row),
    )


def _given(needs: str, paper: Paper, sitting: Sitting) -> tuple[Sequence, Sequence]:
    """Return predictions and references as `RowMetric.parts` wants them."""
    if needs == "losses":
        return sitting.nats, [example.trained_tokens for example in paper.examples]
    answered = paper.answered
    return [sitting.answers[q.row] for q in answered], [q.expected for q in answered]
