"""What is examined, and the paper that both models get: which rows are scored, and what is asked of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType

from studio.core.errors import StudioError
from studio.core.examples import Example
from studio.core.records import SourcedRecord
from studio.data.packing import apart
from studio.data.templates import ChatTemplate
from studio.evaluation.bake_off import Wanted
from studio.evaluation.marking import Paper, trained_bytes
from studio.evaluation.phrasings import Phrased, phrased
from studio.evaluation.questions import Question, questions, spread
from studio.evaluation.rewarded import Rewarding
from studio.evaluation.seats import Subject

ANSWERS = 32
"""Two groups of answers written at once; with fewer than 30 no difference between answers could be told."""
ANSWER_TOKENS = 64
SHORT_ANSWER_TOKENS = 16
"""Room for a short answer: enough to see what a model that was not asked to be brief begins to say."""


@dataclass(frozen=True)
class ExamJob:
    """What is examined on what. `subjects` in `evaluation/subjects.py` makes `base` and `tuned`.

    `held_out` are the rows as records, `examples` the same rows as tokens, as training evaluates them.
    `step` names the checkpoint behind `tuned`; `seed` that of the intervals. `answers` rows are answered
    with at most `answer_tokens` tokens; where all expected answers are short, more rows for the same work.
    `classes` says how often each label stands in the rows that were learned from, where rows are sorted;
    `writes` whether the untouched model can be asked in words. `reach`: how many tokens both models read at
    once; what leaves no room for an answer is not asked. None: no limit. `wanted`: the further arms of a
    bake-off. `labels`: all that is an answer, where answers are labels without rows being sorted. `steady`:
    whether some questions are also asked in other words. `sources`: what answers may rest on. `rewarding`:
    what says how much an answer is worth, where that was learned; then each has all of `answer_tokens`.
    """

    base: Subject
    tuned: Subject
    objective: ModuleType
    template: ChatTemplate
    held_out: Sequence[SourcedRecord]
    examples: tuple[Example, ...]
    step: int
    seed: int = 0
    answers: int = ANSWERS
    answer_tokens: int = ANSWER_TOKENS
    classes: Mapping[str, int] = field(default_factory=dict)
    writes: bool = True
    reach: int | None = None
    wanted: Wanted | None = None
    labels: tuple[str, ...] = ()
    steady: bool = False
    sources: tuple[str, ...] = ()
    rewarding: Rewarding | None = None


def paper_of(job: ExamJob) -> Paper:
    """Return the paper. Raises StudioError where no held-out row has anything to learn."""
    rows, worse = _scored(job)
    if not rows:
        raise StudioError(
            "None of the held-back rows has anything left to learn, so there is nothing to examine.",
            "Allow longer examples, or check the data for empty answers.",
        )
    asked = questions(
        (sourced for sourced in job.held_out if sourced.row in rows), job.objective, job.template
    )
    by_row = {question.row: question for question in asked}
    scored = tuple(rows.values())
    count, tokens = _ration(job, longest_answer(job, asked))
    if job.classes:
        written = spread(asked, count) if job.writes else ()
        return Paper(scored, asked, by_row, tokens, labels=tuple(sorted(job.classes)), labelled=written)
    if judges(job):
        return Paper(scored, (), by_row, tokens, worse=worse, by_pair=True)
    lengths = tuple(trained_bytes(row, job.template) for row in scored)
    room = [each for each in asked if job.reach is None or len(each.prompt) + tokens <= job.reach]
    answered = spread(worth_asking(room), count)
    return Paper(
        scored,
        answered,
        by_row,
        tokens,
        lengths,
        labels=job.labels,
        labelled=answered if job.labels else (),
        phrased=_phrased(job, answered, tokens) if job.steady else (),
        sources=job.sources,
        worse=worse,
    )


def judges(job: ExamJob) -> bool:
    """Return whether the tuned model gives answers a number and writes none."""
    return job.objective.HEAD == "reward"


def _scored(job: ExamJob) -> tuple[dict[int, tuple[Example, ...]], dict[int, Example]]:
    """Return what is scored of each row, and where rows are pairs of answers the worse one of each.

    Of a pair the row is the better answer. What an answer was rated is no label that it is sorted into.
    """
    rows: dict[int, tuple[Example, ...]] = {}
    worse: dict[int, Example] = {}
    for example in job.examples:
        if not example.trained_tokens:
            continue
        text, *others = apart(example if job.classes else replace(example, label=""))
        rows[example.row] = (*rows.get(example.row, ()), text)
        if others:
            (worse[example.row],) = others
    return rows, worse


def worth_asking(asked: Sequence[Question]) -> list[Question]:
    """Return the questions whose answers are looked at: a known answer must be a good one, and where
    answers were preferred or rated, several of them may be to the same question."""
    seen: set[tuple[int, ...]] = set()
    found = []
    for question in asked:
        if question.judged and (question.prompt in seen or not question.good):
            continue
        seen.add(question.prompt)
        found.append(question)
    return found


def _phrased(job: ExamJob, answered: Sequence[Question], tokens: int) -> tuple[Phrased, ...]:
    reach = None if job.reach is None else job.reach - tokens
    return phrased(answered, job.objective, job.template, reach)


def _ration(job: ExamJob, longest_answer: int) -> tuple[int, int]:
    """Return how many rows are answered, and with how many tokens each."""
    tokens = max(SHORT_ANSWER_TOKENS, longest_answer + 1)  # and the token that ends it
    if tokens >= job.answer_tokens or job.rewarding is not None:
        return job.answers, job.answer_tokens
    return job.answers * job.answer_tokens // tokens, tokens


def longest_answer(job: ExamJob, asked: Sequence[Question]) -> int:
    """Return the tokens of the longest expected answer."""
    return max((len(job.template.encoder.encode(question.expected)) for question in asked), default=0)
