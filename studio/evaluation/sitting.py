"""One model sits the exam: every held-out row is scored, and what can be answered is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import torch
from transformers import PreTrainedModel

from studio.core.examples import Example
from studio.data.templates import ChatTemplate
from studio.engine.batches import collate
from studio.engine.generate import Interrupted, answer_batch
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
        texts = answer_batch(
            model,
            self.template.tokenizer,
            [question.prompt for question in paper.answered],
            max_new_tokens=paper.answer_tokens,
            should_stop=should_stop,
            progress=lambda count, _: said(scored + count, "Answering questions"),
        )
        rows = (question.row for question in paper.answered)
        return _sitting(model, nats, dict(zip(rows, texts, strict=True)))

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
        nats, answers = [], {}
        for count, (example,) in enumerate(paper.rows):
            if should_stop():
                raise Interrupted
            said(count, SCORING)
            found = self.likelihoods(model, example)
            nats.append(found.nats(example.label))
            answers[example.row] = found.chosen
        said(len(paper.rows), SCORING)
        return _sitting(model, nats, answers)


def _sitting(model: PreTrainedModel | None, nats: list[float], answers: dict[int, str]) -> Sitting:
    if model is None:
        return Sitting("", "", "", tuple(nats), answers)
    dtype = str(model.dtype).removeprefix("torch.")
    return Sitting(weights_hash(model), dtype, str(model.device), tuple(nats), answers)
