"""Each answered row by itself: what its answers are worth, to list the best and worst, to hand out all, and
to set people's votes beside the metrics' own signs."""

from collections.abc import Mapping, Sequence

import numpy as np

from studio.core.exam import Exam
from studio.core.measures import MEASURES
from studio.evaluation.metrics import METRICS, metric_named

OF_A_ROW = (
    "accuracy", "exact_match", "normalised_match", "chrf", "rougeL", "rouge1", "rouge2", "repetition",
    "answer_words",
)  # fmt: skip
"""BLEU is made for a whole text; F1, precision and recall for all rows of a label."""
ORDERS_BY = ("accuracy", "reward", "chrf", "rougeL", "normalised_match", "exact_match")
"""The first that an exam has: chrF needs no words, so it tells answers of any language and length apart."""
_AT_ONCE = 256

Values = Mapping[str, float]


def of_a_row(exam: Exam) -> tuple[str, ...]:
    """Return the metrics of an exam that mean something on one row, in its own order."""
    return tuple(name for name in exam.arms["tuned"] if name in OF_A_ROW)


def by_row(exam: Exam, names: Sequence[str]) -> dict[int, Mapping[str, Values]]:
    """Return, by row and arm, the value of each metric on that row alone; only rows that both answered, and
    where it is the reward those that could be scored."""
    rows = [row for row in exam.table if row.base is not None and row.tuned is not None]
    if "reward" in names:
        rows = [row for row in rows if row.tuned_reward is not None]
    expected = [row.expected for row in rows]
    answers = {"base": [row.base or "" for row in rows], "tuned": [row.tuned or "" for row in rows]}
    rewards = {arm: np.array([getattr(row, f"{arm}_reward") for row in rows]) for arm in answers}
    values = {
        arm: {name: rewards[arm] if name == "reward" else each_row(name, given, expected) for name in names}
        for arm, given in answers.items()
    }
    return {
        row.row: {arm: {name: float(values[arm][name][at]) for name in names} for arm in answers}
        for at, row in enumerate(rows)
    }


def each_row(name: str, answers: Sequence[str], expected: Sequence[str]) -> np.ndarray:
    """Return the metric of each row as if it were the only one `(rows,)`."""
    if not answers:
        return np.zeros(0)
    metric = metric_named(name)
    shares = metric.parts(answers, expected)
    found = []
    for start in range(0, shares.rows, _AT_ONCE):
        alone = np.zeros((min(_AT_ONCE, shares.rows - start), shares.rows))
        alone[np.arange(len(alone)), start + np.arange(len(alone))] = 1
        found.append(metric.finish(shares.measure(alone)))
    return np.concatenate(found)


def tells_of_answers(name: str) -> bool:
    """Return whether a metric reads an answer beside the expected one and knows which way is better."""
    return METRICS[name].needs == "answers" and MEASURES[name].better is not None


def row_gains(name: str, base: Sequence[str], tuned: Sequence[str], expected: Sequence[str]) -> list[float]:
    """Return by how much each tuned answer is the better one; below zero where it is the worse."""
    sign = 1.0 if MEASURES[name].better == "higher" else -1.0
    before, after = (each_row(name, answers, expected) for answers in (base, tuned))
    return [sign * float(gain) for gain in after - before]


def orders_by(exam: Exam) -> str:
    """Return the metric by which answered rows are put in order; the loss where there is no other."""
    return next((name for name in ORDERS_BY if name in exam.arms["tuned"]), "loss")


def best_and_worst(
    exam: Exam, values: Mapping[int, Mapping[str, Values]], most: int
) -> tuple[list[int], list[int]]:
    """Return the rows that the tuned model answered best and worst, at most `most` each and none twice.

    By the metric of `orders_by`, which `values` hold unless it is the loss, and where it is equal by the
    loss of the expected answer. The rows of each part stand with the most telling first.
    """
    name = orders_by(exam)
    rows = [row for row in exam.table if row.row in values]
    order = sorted(rows, key=lambda row: (-values[row.row]["tuned"].get(name, 0.0), row.tuned_loss, row.row))
    best = [row.row for row in order[: min(most, (len(order) + 1) // 2)]]
    return best, [row.row for row in order[len(best) :]][::-1][:most]
