"""One model sits the exam: every held-out row is scored, and what can be answered is answered."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import torch
from transformers import PreTrainedModel

from studio.core.examples import Example
from studio.data.templates import ChatTemplate
from studio.engine.batches import collate
from studio.engine.generate import Interrupted, answer_groups, write_group
from studio.engine.tuned import weights_hash
from studio.evaluation.classes import Likelihoods
from studio.evaluation.marking import Paper, Sitting

Said = Callable[[int, str], None]
"""Called with the rows that are done and what is being done."""
ShouldStop = Callable[[], bool]
Sitter = Callable[[PreTrainedModel | None, Paper, Said, ShouldStop], Sitting]
"""Puts a model through the paper; raises Interrupted where it was stopped."""

SCORING = "Scoring the held-back rows"


@dataclass(frozen=True)
class Writing:
    """Scores what the model would write by its loss, and lets it write some answers."""

    objective: ModuleType
    template: ChatTemplate

    @torch.inference_mode()
    def __call__(
        self, model: PreTrainedModel | None, paper: Paper, said: Said, should_stop: ShouldStop
    ) -> Sitting:
        assert model is not None
        model.eval()
        nats = []
        for count, row in enumerate(paper.rows):
            if should_stop():
                raise Interrupted
            said(count, SCORING)
            nats.append(sum(self._nats(model, example) for example in row))
        scored = len(paper.rows)
        said(scored, "Answering questions")
        prompts, done = [question.prompt for question in paper.answered], 0
        answers: dict[int, str] = {}
        seconds: dict[int, float] = {}
        for group in answer_groups(prompts):
            for written in write_group(
                model, self.template.tokenizer, prompts, group, paper.answer_tokens, should_stop
            ):
                row = paper.answered[written.prompt].row
                answers[row], seconds[row] = written.text, written.seconds
            done += len(group)
            said(scored + done, "Answering questions")
        return _sitting(model, nats, answers, seconds)

    def _nats(self, model: PreTrainedModel, example: Example) -> float:
        """Rows are scored alone: no row's loss depends on its neighbours."""
        return float(self.objective.loss(model, collate([example]).to(str(model.device)))[0])


@dataclass(frozen=True)
class Sorting:
    """Scores how likely the right label is, and takes the most likely one for the answer."""

    likelihoods: Callable[[PreTrainedModel | None, Example], Likelihoods]

    def __call__(
        self, model: PreTrainedModel | None, paper: Paper, said: Said, should_stop: ShouldStop
    ) -> Sitting:
        if model is not None:
            model.eval()
        nats, answers, seconds = [], {}, {}
        for count, (example,) in enumerate(paper.rows):
            if should_stop():
                raise Interrupted
            said(count, SCORING)
            started = time.monotonic()
            found = self.likelihoods(model, example)
            seconds[example.row] = time.monotonic() - started
            nats.append(found.nats(example.label))
            answers[example.row] = found.chosen
        said(len(paper.rows), SCORING)
        return _sitting(model, nats, answers, seconds)


def _sitting(
    model: PreTrainedModel | None, nats: list[float], answers: dict[int, str], seconds: dict[int, float]
) -> Sitting:
    if model is None:
        return Sitting("", "", "", tuple(nats), answers, seconds)
    dtype = str(model.dtype).removeprefix("torch.")
    return Sitting(weights_hash(model), dtype, str(model.device), tuple(nats), answers, seconds)
