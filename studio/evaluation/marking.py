"""From two sittings of the same paper to the exam: each metric with its interval and verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from studio.core.exam import Difference, ExamRow, Score
from studio.core.examples import IGNORED, Example
from studio.core.measures import MEASURES
from studio.data.templates import ChatTemplate
from studio.evaluation.intervals import Draws, Measured, bootstrap_all, difference, score
from studio.evaluation.metrics import METRICS, metric_named
from studio.evaluation.phrasings import Phrased
from studio.evaluation.questions import Question

OF_ALL_ROWS, OF_ANSWERS = ("losses", "bytes", "pairs", "gains", "rated"), ("answers", "seconds", "sourced")
OF_LABELS, OF_PHRASINGS, OF_REWARDS = ("written", "choices"), ("phrasings",), ("rewards",)
"""What metrics need: of every scored row, of those that were answered, of those among them whose answers are
labels, of those that were asked in other words, or of those whose answers a reward could score."""


@dataclass(frozen=True)
class Paper:
    """What every arm is asked: all `rows` are scored, `answered` is the part that is also answered.

    Of a row that was too long for the model there are several examples. `questions` by row of the user's
    file. `bytes` of each row's learned text, in UTF-8; empty where rows are sorted. `labels`: all that can be
    an answer, where answers are labels; `labelled` the questions that are sorted by writing. `phrased`: those
    that are asked in other words too. `sources`: what answers may rest on beside the question. `worse`: by
    row, the answer that was not preferred, where the row is the one that was. `by_pair`: each row counts as
    one, a choice between two answers. `rewarded`: the rows of those answered whose answers were all scored.
    """

    rows: tuple[tuple[Example, ...], ...]
    answered: tuple[Question, ...]
    questions: Mapping[int, Question]
    answer_tokens: int
    bytes: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    labelled: tuple[Question, ...] = ()
    phrased: tuple[Phrased, ...] = ()
    sources: tuple[str, ...] = ()
    worse: Mapping[int, Example] = field(default_factory=dict)
    by_pair: bool = False
    rewarded: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sitting:
    """What one arm did: `nats` of each row in the paper's order, the answers by row and their seconds.

    The first three are empty where no model sat it. By row: `written` answers that are to name a label, the
    likeliest label as `choices`, and as `phrasings` the answers to all phrasings of a question. `liked`: how
    much it likes both answers of each pair, the better one first: their log-probabilities. `gained`: how much
    more it likes each than the untouched model; nothing for that one. `rewards` by row: what its answer is
    worth.
    """

    weights_hash: str
    dtype: str
    device: str
    nats: tuple[float, ...]
    answers: Mapping[int, str]
    seconds: Mapping[int, float]
    written: Mapping[int, str] = field(default_factory=dict)
    choices: Mapping[int, str] = field(default_factory=dict)
    phrasings: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    liked: tuple[tuple[float, float], ...] = ()
    gained: tuple[tuple[float, float], ...] = ()
    rewards: Mapping[int, float] = field(default_factory=dict)


def draws_of(
    paper: Paper,
    sittings: Mapping[str, Sitting],
    metrics: Sequence[str],
    *,
    seed: int,
    between: Callable[[], None] = lambda: None,
) -> dict[tuple[str, str], Draws]:
    """Return the draws by metric and arm; metrics of the same rows see the same ones, of whatever arm.

    An arm without losses has none of the metrics that need them. `between` as in the bootstrap.
    """
    found: dict[tuple[str, str], Draws] = {}
    for same in (OF_ALL_ROWS, OF_ANSWERS, OF_LABELS, OF_PHRASINGS, OF_REWARDS):
        ready = [metric_named(name) for name in metrics if METRICS[name].needs in same]
        measured = {
            (metric.name, arm): Measured(
                metric.parts(*given(metric.needs, paper, sitting)),
                metric.finish,
                metric.right_or_wrong,
                metric.rests_on(references(metric.needs, paper)),
            )
            for metric in ready
            for arm, sitting in sittings.items()
            if _told(metric.needs, sitting)
        }
        found |= bootstrap_all(measured, seed=seed, between=between) if measured else {}
    return found


def _told(needs: str, sitting: Sitting) -> bool:
    """Return whether an arm did what a metric reads; some have no losses, some write no labels."""
    if needs in ("pairs", "gains"):
        return bool(sitting.liked if needs == "pairs" else sitting.gained)
    if needs in OF_ALL_ROWS:
        return bool(sitting.nats)
    return needs in OF_ANSWERS or bool(getattr(sitting, needs))


def scores_of(draws: Mapping[tuple[str, str], Draws], metrics: Sequence[str], arm: str) -> dict[str, Score]:
    """Return what was measured of an arm, in the order of the metrics."""
    return {name: score(draws[name, arm]) for name in metrics if (name, arm) in draws}


def differences_of(
    draws: Mapping[tuple[str, str], Draws], metrics: Sequence[str], arm: str, other: str
) -> dict[str, Difference]:
    """Return an arm minus another by metric; of metrics that only describe there are no differences."""
    return {
        name: difference(draws[name, other], draws[name, arm], better=better)
        for name in metrics
        if (better := MEASURES[name].better) is not None and (name, arm) in draws and (name, other) in draws
    }


def table(paper: Paper, base: Sitting, tuned: Sitting) -> tuple[ExamRow, ...]:
    """Return every scored row, side by side."""
    return tuple(_row(paper, place, base, tuned) for place in range(len(paper.rows)))


def _row(paper: Paper, place: int, base: Sitting, tuned: Sitting) -> ExamRow:
    examples = paper.rows[place]
    row, tokens = examples[0].row, 1 if paper.by_pair else trained_tokens(examples)
    question = paper.questions.get(row)
    return ExamRow(
        row=row,
        question=question.text if question else "",
        expected=question.expected if question else "",
        base_loss=base.nats[place] / tokens,
        tuned_loss=tuned.nats[place] / tokens,
        trained_tokens=tokens,
        base=base.answers.get(row),
        tuned=tuned.answers.get(row),
        worse=question.worse if question else "",
        base_margin=_margin(base, place),
        tuned_margin=_margin(tuned, place),
        base_reward=base.rewards.get(row),
        tuned_reward=tuned.rewards.get(row),
    )


def _margin(sitting: Sitting, place: int) -> float | None:
    """Return how much more the better answer of a pair is liked; None where rows are no pairs."""
    if not sitting.liked:
        return None
    better, worse = sitting.liked[place]
    return better - worse


def gains(base: Sitting, tuned: Sitting) -> tuple[tuple[float, float], ...]:
    """Return how much more the tuned model likes both answers of each pair than the untouched one does."""
    pairs = zip(base.liked, tuned.liked, strict=True)
    return tuple((now[0] - before[0], now[1] - before[1]) for before, now in pairs)


def trained_tokens(examples: Sequence[Example]) -> int:
    """Return how many tokens of a row are learned; one where it is sorted into a class."""
    return sum(example.trained_tokens for example in examples)


def trained_bytes(examples: Sequence[Example], template: ChatTemplate) -> int:
    """Return the length in UTF-8 of a row's learned text; marks that end an answer are no text."""
    learned = [label for example in examples for label in example.labels if label != IGNORED]
    text = template.tokenizer.decode(learned, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return len(text.encode())


def given(needs: str, paper: Paper, sitting: Sitting) -> tuple[Sequence, Sequence]:
    """Return predictions and references as `RowMetric.parts` wants them."""
    return _predictions(needs, paper, sitting), references(needs, paper)


def _predictions(needs: str, paper: Paper, sitting: Sitting) -> Sequence:
    if needs in ("pairs", "gains"):
        return sitting.liked if needs == "pairs" else sitting.gained
    if needs in OF_ALL_ROWS:
        return sitting.nats
    if needs in OF_REWARDS:
        return [sitting.rewards[row] for row in paper.rewarded]
    of_rows = sitting.answers if needs == "sourced" else getattr(sitting, needs)
    return [of_rows[each.row] for each in _asked(needs, paper)]


def _asked(needs: str, paper: Paper) -> Sequence[Question | Phrased]:
    if needs in OF_PHRASINGS:
        return paper.phrased
    return paper.labelled if needs in OF_LABELS else paper.answered


def references(needs: str, paper: Paper) -> Sequence:
    """Return what predictions are set beside; it does not depend on who sits the exam."""
    if needs == "losses":
        return [trained_tokens(row) for row in paper.rows]
    if needs == "bytes":
        return paper.bytes
    if needs in ("pairs", "gains"):
        return [
            (trained_tokens(row), paper.worse[row[0].row].trained_tokens) for row in paper.rows if paper.worse
        ]
    if needs == "rated":
        return [(trained_tokens(row), paper.questions[row[0].row].good) for row in paper.rows]
    if needs in OF_REWARDS:
        return [1 for _ in paper.rewarded]
    if needs == "answers":
        return [question.expected for question in paper.answered]
    if needs == "sourced":
        return [(question.text, *paper.sources) for question in paper.answered]
    if needs == "written":
        return [(question.expected, *paper.labels) for question in paper.labelled]
    if needs in OF_LABELS:
        return [question.expected for question in paper.labelled]
    if needs in OF_PHRASINGS:
        return [len(each.prompts) + 1 for each in paper.phrased]
    return [1 for _ in paper.answered]
