"""One model sits the exam: every held-out row is scored, and what can be answered is answered."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import torch
from transformers import PreTrainedModel

from studio.core.errors import StudioError
from studio.core.examples import Example
from studio.data.templates import ChatTemplate
from studio.engine.batches import collate
from studio.engine.generate import Interrupted, answer_groups, write_group
from studio.engine.losses import next_token_loss
from studio.engine.tuned import weights_hash
from studio.evaluation.classes import InWords, Likelihoods
from studio.evaluation.label_answers import Choosing
from studio.evaluation.marking import Paper, Sitting
from studio.evaluation.phrasings import Phrased
from studio.evaluation.worksheet import Part

Said = Callable[[int, str], None]
"""Called with the rows that are done and what is being done."""
ShouldStop = Callable[[], bool]
Begun = Callable[[tuple[str, ...]], Part]
"""Gives what a model did in an earlier sitting: weights' hash, number format and device name it."""
Sitter = Callable[[PreTrainedModel | None, Paper, Begun, Said, ShouldStop], Sitting]
"""Puts a model through the paper; raises Interrupted where it was stopped."""

SCORING = "Scoring the held-back rows"
ANSWERING = "Answering questions"
CHOOSING = "Weighing the labels"
REPHRASED = "Answering the same in other words"


@dataclass(frozen=True)
class Writing:
    """Scores what the model would write by its loss, and lets it write some answers."""

    objective: ModuleType
    template: ChatTemplate

    @torch.inference_mode()
    def __call__(
        self, model: PreTrainedModel | None, paper: Paper, begun: Begun, said: Said, should_stop: ShouldStop
    ) -> Sitting:
        assert model is not None
        model.eval()
        identity = identity_of(model)
        part = begun(identity)
        for count, row in enumerate(paper.rows):
            said(count, SCORING)
            if row[0].row in part.nats:
                continue
            if should_stop():
                raise Interrupted
            nats = sum(self._nats(model, example) for example in row)
            part.scored(row[0].row, finite(nats, row[0].row), self._liked(model, nats, row[0].row, paper))
        self._answer(model, paper, part, said, should_stop)
        self._choose(model, paper, part, said, should_stop)
        self._answer_in_other_words(model, paper, part, said, should_stop)
        return sitting_of(identity, paper, part)

    def _choose(
        self, model: PreTrainedModel, paper: Paper, part: Part, said: Said, should_stop: ShouldStop
    ) -> None:
        """Take the likeliest label where answers are labels."""
        if not paper.labelled:
            return
        choose = Choosing(paper.labels, self.objective, self.template)
        for question in paper.labelled:
            said(len(paper.rows) + len(paper.answered), CHOOSING)
            if question.row in part.choices:
                continue
            if should_stop():
                raise Interrupted
            part.chose(question.row, choose(model, question.prompt))

    def _answer_in_other_words(
        self, model: PreTrainedModel, paper: Paper, part: Part, said: Said, should_stop: ShouldStop
    ) -> None:
        places = [(each.row, way) for each in paper.phrased for way in range(len(each.prompts))]
        prompts = [prompt for each in paper.phrased for prompt in each.prompts]
        done = len(paper.rows) + len(paper.answered)
        for group in answer_groups(prompts):
            said(done, REPHRASED)
            own = [places[at] for at in group]
            if not part.rephrased.keys() >= set(own):
                written = write_group(
                    model, self.template.tokenizer, prompts, group, paper.answer_tokens, should_stop
                )
                answers = (answer.text for answer in written)
                part.answered_in_other_words(zip(own, answers, strict=True))
            done += len(group)
        said(done, REPHRASED)

    def _answer(
        self, model: PreTrainedModel, paper: Paper, part: Part, said: Said, should_stop: ShouldStop
    ) -> None:
        """Write what is not written yet, a group at a time."""
        done = len(paper.rows)
        said(done, ANSWERING)
        prompts = [question.prompt for question in paper.answered]
        for group in answer_groups(prompts):
            rows = [paper.answered[place].row for place in group]
            if not part.answers.keys() >= set(rows):
                written = write_group(
                    model, self.template.tokenizer, prompts, group, paper.answer_tokens, should_stop
                )
                part.answered(
                    (row, answer.text, answer.seconds) for row, answer in zip(rows, written, strict=True)
                )
            done += len(group)
            said(done, ANSWERING)

    def _nats(self, model: PreTrainedModel, example: Example) -> float:
        """Rows are scored alone: no row's loss depends on its neighbours."""
        return float(next_token_loss(model, collate([example]).to(str(model.device)))[0])

    def _liked(
        self, model: PreTrainedModel, nats: float, row: int, paper: Paper
    ) -> tuple[float, float] | None:
        """Return the log-probabilities of both answers of a pair; None where a row is none."""
        if row not in paper.worse:
            return None
        return -nats, -finite(self._nats(model, paper.worse[row]), row)


@dataclass(frozen=True)
class Sorting:
    """Scores how likely the right label is, and takes the most likely one for the answer.

    Who is asked `in_words` also writes its answer to some texts.
    """

    likelihoods: Callable[[PreTrainedModel | None, Example], Likelihoods]
    in_words: InWords | None = None

    def __call__(
        self, model: PreTrainedModel | None, paper: Paper, begun: Begun, said: Said, should_stop: ShouldStop
    ) -> Sitting:
        if model is not None:
            model.eval()
        identity = identity_of(model)
        part = begun(identity)
        for count, (example,) in enumerate(paper.rows):
            said(count, SCORING)
            if example.row in part.answers:
                continue
            if should_stop():
                raise Interrupted
            started = time.monotonic()
            found = self.likelihoods(model, example)
            nats = finite(found.nats(example.label), example.row)
            part.sorted(example.row, nats, found.chosen, time.monotonic() - started)
        said(len(paper.rows), SCORING)
        if self.in_words is not None and model is not None:
            self._write(model, self.in_words, paper, part, said, should_stop)
        return sitting_of(identity, paper, part)

    def _write(
        self,
        model: PreTrainedModel,
        asked: InWords,
        paper: Paper,
        part: Part,
        said: Said,
        should_stop: ShouldStop,
    ) -> None:
        """Let the model write what else it is only asked the likelihoods of."""
        examples = {row[0].row: row[0] for row in paper.rows}
        prompts = [
            asked.prompt(model, examples[each.row], room=paper.answer_tokens) for each in paper.labelled
        ]
        for group in answer_groups(prompts):
            said(len(paper.rows), ANSWERING)
            rows = [paper.labelled[at].row for at in group]
            if part.written.keys() >= set(rows):
                continue
            written = write_group(
                model, asked.template.tokenizer, prompts, group, paper.answer_tokens, should_stop
            )
            part.wrote((row, answer.text) for row, answer in zip(rows, written, strict=True))


def finite(nats: float, row: int) -> float:
    """Return what a row is scored with. Raises StudioError where a broken model gives no number."""
    if math.isfinite(nats):
        return nats
    raise StudioError(
        f"Row {row}: the model gives no number for how well it fits the answer, so it cannot be examined.",
        "Its weights are broken: choose an earlier saved step, or train again with a smaller step size.",
    )


def identity_of(model: PreTrainedModel | None) -> tuple[str, str, str]:
    """Return the hash of the weights, their number format and where they are; empty where nobody sits."""
    if model is None:
        return "", "", ""
    return weights_hash(model), str(model.dtype).removeprefix("torch."), str(model.device)


def sitting_of(identity: tuple[str, str, str], paper: Paper, part: Part) -> Sitting:
    return Sitting(
        *identity,
        tuple(part.nats[row[0].row] for row in paper.rows),
        part.answers,
        part.seconds,
        written=part.written or (part.answers if part.choices else {}),
        choices=part.choices,
        phrasings={each.row: _all_answers(each, part) for each in paper.phrased} if part.rephrased else {},
        liked=tuple(part.liked[row[0].row] for row in paper.rows if paper.worse),
    )


def _all_answers(phrased: Phrased, part: Part) -> tuple[str, ...]:
    """Return the answer to a question as it stands and to its other phrasings."""
    others = (part.rephrased[phrased.row, way] for way in range(len(phrased.prompts)))
    return part.answers[phrased.row], *others
