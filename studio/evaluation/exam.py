"""The exam: base and tuned on the same held-out rows, the loss of each and answers to some."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from types import ModuleType

import torch
from transformers import PreTrainedModel

from studio.core.errors import StudioError
from studio.core.exam import Exam
from studio.core.examples import Example
from studio.core.records import SourcedRecord
from studio.data.templates import ChatTemplate
from studio.engine.batches import collate
from studio.engine.generate import Interrupted, answer_batch
from studio.engine.tuned import weights_hash
from studio.evaluation.marking import Paper, Sitting, mark, table
from studio.evaluation.questions import Question, questions, spread

ANSWERS = 8
ANSWER_TOKENS = 64
SHORT_ANSWER_TOKENS = 16
"""Room for a short answer: enough to see what a model that was not asked to be brief begins to say."""

Subject = Callable[[], AbstractContextManager[PreTrainedModel]]
"""Gives a model for as long as it is examined, in the state it then has (add-on active or not)."""
Progress = Callable[[int, int, str], None]
"""Called with done, total and a message in words."""
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class ExamJob:
    """What is examined on what. `subjects` in `evaluation/subjects.py` makes `base` and `tuned`.

    `held_out` are the rows as records, `examples` the same rows as tokens, as training evaluates them.
    `step` names the checkpoint behind `tuned`; `seed` that of the intervals. `answers` rows are answered
    with at most `answer_tokens` tokens; where all expected answers are short, more rows for the same work.
    """

    base: Subject
    tuned: Subject
    objective: ModuleType
    template: ChatTemplate
    held_out: tuple[SourcedRecord, ...]
    examples: tuple[Example, ...]
    step: int
    seed: int = 0
    answers: int = ANSWERS
    answer_tokens: int = ANSWER_TOKENS


def examine(job: ExamJob, *, progress: Progress, should_stop: ShouldStop) -> Exam | None:
    """Examine both models, one after the other; None where it was stopped.

    Raises StudioError where no held-out row has anything to learn: an exam without rows proves nothing.
    """
    started = time.monotonic()
    paper = _paper(job)
    half = len(paper.examples) + len(paper.answered)
    sittings = []
    for done, what, subject in ((0, "untouched", job.base), (half, "tuned", job.tuned)):
        said = partial(_say, progress, total=2 * half, before=done, model=what)
        try:
            with subject() as model:
                sittings.append(_sit(job, paper, model, said=said, should_stop=should_stop))
        except Interrupted:
            return None
    return _exam(job, paper, *sittings, seconds=time.monotonic() - started)


def _paper(job: ExamJob) -> Paper:
    examples = tuple(example for example in job.examples if example.trained_tokens)
    if not examples:
        raise StudioError(
            "None of the held-back rows has anything left to learn, so there is nothing to examine.",
            "Allow longer examples, or check the data for empty answers.",
        )
    scored = {example.row for example in examples}
    asked = questions(
        (sourced for sourced in job.held_out if sourced.row in scored), job.objective, job.template
    )
    by_row = {question.row: question for question in asked}
    count, tokens = _ration(job, _longest_answer(job, asked))
    return Paper(examples, spread(asked, count), by_row, tokens)


def _ration(job: ExamJob, longest_answer: int) -> tuple[int, int]:
    """Return how many rows are answered, and with how many tokens each."""
    tokens = max(SHORT_ANSWER_TOKENS, longest_answer + 1)  # and the token that ends it
    if tokens >= job.answer_tokens:
        return job.answers, job.answer_tokens
    return job.answers * job.answer_tokens // tokens, tokens


def _longest_answer(job: ExamJob, asked: Sequence[Question]) -> int:
    return max((len(job.template.encoder.encode(question.expected)) for question in asked), default=0)


@torch.inference_mode()
def _sit(
    job: ExamJob,
    paper: Paper,
    model: PreTrainedModel,
    *,
    said: Callable[[int, str], None],
    should_stop: ShouldStop,
) -> Sitting:
    """Put one model through the paper. Rows are scored alone: no row's loss depends on its neighbours.

    Raises Interrupted where it was stopped.
    """
    model.eval()
    nats = []
    for count, example in enumerate(paper.examples):
        if should_stop():
            raise Interrupted
        said(count, "Scoring the held-back rows")
        loss, _ = job.objective.loss(model, collate([example]).to(str(model.device)))
        nats.append(float(loss))
    scored = len(paper.examples)
    said(scored, "Answering questions")
    texts = answer_batch(
        model,
        job.template.tokenizer,
        [question.prompt for question in paper.answered],
        max_new_tokens=paper.answer_tokens,
        should_stop=should_stop,
        progress=lambda count, _: said(scored + count, "Answering questions"),
    )
    rows = (question.row for question in paper.answered)
    return Sitting(
        weights_hash(model),
        str(model.dtype).removeprefix("torch."),
        str(model.device),
        tuple(nats),
        dict(zip(rows, texts, strict=True)),
    )


def _exam(job: ExamJob, paper: Paper, base: Sitting, tuned: Sitting, *, seconds: float) -> Exam:
    arms, differences = mark(paper, base, tuned, exactly=_can_match(job, paper), seed=job.seed)
    return Exam(
        rows=len(paper.examples),
        answered=len(paper.answered),
        answer_tokens=paper.answer_tokens,
        step=job.step,
        dtype=base.dtype,
        device=base.device,
        seconds=seconds,
        arms=arms,
        differences=differences,
        table=table(paper, base, tuned),
        weights_hashes={"base": base.weights_hash, "tuned": tuned.weights_hash},
    )


def _can_match(job: ExamJob, paper: Paper) -> bool:
    """Return whether each expected answer could be written in full."""
    return bool(paper.answered) and _longest_answer(job, paper.answered) < paper.answer_tokens


def _say(progress: Progress, count: int, what: str, *, total: int, before: int, model: str) -> None:
    progress(before + count, total, f"{what} ({model} model)")
