"""The exam: base and tuned on the same held-out rows, the loss of each and answers to some."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from studio.core.exam import ClassScores, Exam
from studio.core.work_time import WorkTime
from studio.engine.device import computed_by
from studio.engine.generate import PROMPTS_AT_ONCE, Interrupted
from studio.evaluation.appraising import BY_LIKELIHOOD, Appraising, by_likelihood, by_reward
from studio.evaluation.arm_papers import Reader
from studio.evaluation.arms import PAIR
from studio.evaluation.bake_off import bake_off, further_seats
from studio.evaluation.by_class import by_class
from studio.evaluation.classes import BY_FREQUENCY, IN_WORDS, InWords, by_frequency, by_head
from studio.evaluation.marking import (
    Paper,
    Sitting,
    differences_of,
    draws_of,
    gains,
    references,
    scores_of,
    table,
)
from studio.evaluation.metrics import METRICS
from studio.evaluation.metrics.row_metric import RowMetric
from studio.evaluation.papers import ExamJob, judges, longest_answer, paper_of
from studio.evaluation.phrasings import in_other_words
from studio.evaluation.rewarded import Rewarded, wins_of, with_rewards
from studio.evaluation.seats import Progress, Sat, Seat, Told, sit_all, teller
from studio.evaluation.sitting import ShouldStop, Sitter, Sorting, Writing
from studio.evaluation.worksheet import Kept, Unkept, Worksheet, key_of

BY_LABEL = ("label_written", "label_scored")
WHOLE_ANSWERS = ("exact_match", "normalised_match")
"""Nothing that was cut off could match."""
OWN_ORDER = ("accuracy", "reward", "preferred", "rated_apart")
OF_GOOD_ANSWERS = ("loss", "perplexity", "bits_per_byte")
"""Measured over all rows, so only where every one of them has a good answer."""
SHORT_WORDS = 5
"""Half of the expected answers have no more words than that: they are names, figures, a yes."""


def examine(
    job: ExamJob, *, progress: Progress, should_stop: ShouldStop, kept: Kept | None = None
) -> Exam | None:
    """Examine both models, and further arms, one after the other; None where it was stopped.

    What `kept` holds of the same exam is not done again. Raises StudioError where no held-out row has
    anything to learn: an exam without rows proves nothing.
    """
    paper, work = paper_of(job), WorkTime(should_stop)
    sheet = Worksheet(kept or Unkept(), _key(job, paper), work.seconds)
    try:
        seats = _seats(job, paper, teller(progress, work.should_stop))
        sat = sit_all(seats, {"base": job.base, "tuned": job.tuned}, sheet, progress, work.should_stop)
        return _exam(job, paper, sat, seconds=sheet.seconds, between=partial(_go_on, should_stop))
    except Interrupted:
        return None


def _go_on(should_stop: ShouldStop) -> None:
    if should_stop():
        raise Interrupted


def _key(job: ExamJob, paper: Paper) -> str:
    """Return what names this exam: nothing that is kept of another is taken for its own."""
    ways = (job.objective.TITLE, job.step, sorted(job.classes.items()), job.writes, PROMPTS_AT_ONCE)
    return key_of(paper, *ways, *computed_by())


def _seats(job: ExamJob, paper: Paper, told: Told) -> list[Seat]:
    work = len(paper.rows) + (0 if job.classes else len(paper.answered))
    pair = {arm: Seat(arm, sitter, paper, work) for arm, sitter in zip(PAIR, _sitters(job), strict=True)}
    if job.wanted is None:
        return [*pair.values()]
    reader = Reader(job.objective, job.template, job.reach)
    return further_seats(job.wanted, pair, reader, tuple(job.classes), told)


def _sitters(job: ExamJob) -> tuple[Sitter, Sitter]:
    """Return how the untouched and the tuned model are examined."""
    if judges(job):
        return Appraising(by_likelihood), Appraising(by_reward)
    if not job.classes:
        writing = Writing(job.objective, job.template)
        return writing, writing
    if job.writes:
        asked = InWords(tuple(job.classes), job.template)
        return Sorting(asked, asked), Sorting(by_head)
    frequencies = by_frequency(job.classes)
    return Sorting(lambda model, example: frequencies), Sorting(by_head)


def _exam(
    job: ExamJob, paper: Paper, sat: Mapping[str, Sat], *, seconds: float, between: Callable[[], None]
) -> Exam:
    found = _with_rewards(job, paper, {arm: each.sitting for arm, each in sat.items()}, between)
    paper, sittings = found.paper, dict(found.sittings)
    metrics, base = _metrics(job, paper), sittings["base"]
    tuned = sittings["tuned"] = replace(sittings["tuned"], gained=gains(base, sittings["tuned"]))
    draws = draws_of(paper, sittings, metrics, seed=job.seed, between=between)
    return Exam(
        rows=len(paper.rows),
        answered=len(paper.answered),
        answer_tokens=paper.answer_tokens if paper.answered and not job.classes else 0,
        step=job.step,
        dtype=tuned.dtype,
        device=tuned.device,
        seconds=seconds,
        arms={arm: scores_of(draws, metrics, arm) for arm in sat},
        differences=differences_of(draws, metrics, "tuned", "base"),
        table=table(paper, base, tuned),
        weights_hashes={"base": base.weights_hash, "tuned": tuned.weights_hash},
        signatures={name: said for name in metrics if (said := METRICS[name].signature())},
        classes=_classes(job, paper, base, tuned, between),
        in_other_words=in_other_words(paper.phrased),
        before=_before(job),
        judges=judges(job),
        wins=wins_of(base.rewards, tuned.rewards) if job.rewarding else None,
        left_out=found.left_out,
        left_out_why=found.problem,
        bake_off=bake_off(job.wanted, paper, sat, draws) if job.wanted else None,
    )


def _with_rewards(
    job: ExamJob, paper: Paper, sittings: Mapping[str, Sitting], between: Callable[[], None]
) -> Rewarded:
    if job.rewarding is None:
        return Rewarded(paper, sittings)
    return with_rewards(job.rewarding, paper, sittings, between)


def _before(job: ExamJob) -> str:
    """Say what the untouched model does instead where it cannot do the same."""
    if job.classes:
        return IN_WORDS if job.writes else BY_FREQUENCY
    return BY_LIKELIHOOD if judges(job) else ""


def _classes(
    job: ExamJob, paper: Paper, base: Sitting, tuned: Sitting, between: Callable[[], None]
) -> tuple[ClassScores, ...]:
    if not job.classes:
        return ()
    expected = [question.expected for question in paper.answered]
    answers = ([sitting.answers[question.row] for question in paper.answered] for sitting in (base, tuned))
    return by_class(expected, *answers, seed=job.seed, between=between)


def _metrics(job: ExamJob, paper: Paper) -> list[str]:
    """Return what can be measured, in the order of the task; some only where answers were written in full."""
    rated = any(not question.good for question in paper.questions.values())
    in_full = bool(job.classes) or longest_answer(job, paper.answered) < paper.answer_tokens
    return [
        name
        for name in in_order(job.objective.METRICS, [question.expected for question in paper.answered])
        if (in_full or name not in WHOLE_ANSWERS)
        and not (rated and name in OF_GOOD_ANSWERS)
        and _measurable(METRICS[name], paper)
    ]


def _measurable(metric: type[RowMetric], paper: Paper) -> bool:
    beside = references(metric.needs, paper)
    return bool(len(beside)) and metric.measurable(beside)


def in_order(metrics: Sequence[str], expected: Sequence[str]) -> list[str]:
    """Return the metrics with those first that tell most about answers of such a length.

    Where rows are sorted, preferred or rated the order is the objective's own.
    """
    if any(name in metrics for name in OWN_ORDER):
        return list(metrics)
    words = sorted(len(answer.split()) for answer in expected)
    short = bool(words) and words[len(words) // 2] <= SHORT_WORDS
    first = (*BY_LABEL, *WHOLE_ANSWERS) if short else ("rougeL", "chrf")
    return sorted(metrics, key=lambda name: name not in first)
