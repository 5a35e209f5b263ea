"""How likely each label is for a text: by the trained head, by the untouched model's words, or by frequency.

An untrained head knows nothing, so it would prove nothing about the untouched model. That one is asked in
words instead: how likely it is to answer with each label, as zero-shot classifiers are built
(arXiv:2005.14165, section 2.4). A model that cannot write gets the frequencies of the labels.
"""

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from transformers import Cache, PreTrainedModel

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example
from studio.core.records import Completion, Message, as_conversation
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat, encode_prompt
from studio.engine.batches import collate
from studio.engine.losses import class_logits
from studio.engine.models import context_tokens
from studio.evaluation.arms.given import GIVEN_TOKENS, Given, in_turns

MOST_NAMED = 30
"""So many labels can be named in a question; with more it is asked without."""
ANSWERS_AT_ONCE = 16
"""Each has a copy of all that was read of the prompt beside it."""
IN_WORDS = (
    "Before training the model has no way to sort, so it was asked in words: the label that it finds the "
    "most likely answer counts as its own (zero-shot)."
)
BY_FREQUENCY = (
    "Before training this model can neither sort nor write, so “before” is what anybody can do who has not "
    "read the texts: always the most frequent label."
)


@dataclass(frozen=True)
class Likelihoods:
    """How likely each label is, in nats: `logarithms[i]` of `labels[i]`; their exponentials add up to 1."""

    labels: tuple[str, ...]
    logarithms: tuple[float, ...]

    @property
    def chosen(self) -> str:
        """The most likely label; of equals the first."""
        return self.labels[self.logarithms.index(max(self.logarithms))]

    def nats(self, label: str) -> float:
        """Return the surprise at a label."""
        return -self.logarithms[self.labels.index(label)]

    def ranked(self) -> list[tuple[str, float]]:
        """Return labels with their probabilities, the most likely first."""
        return sorted(
            zip(self.labels, map(math.exp, self.logarithms), strict=True), key=lambda each: -each[1]
        )


@torch.inference_mode()
def by_head(model: PreTrainedModel, example: Example) -> Likelihoods:
    """Return what the head of a tuned model says of a row."""
    logits = class_logits(model, collate([example]).to(str(model.device)))[0]
    labels = tuple(model.config.id2label[number] for number in range(len(logits)))
    return Likelihoods(labels, tuple(logits.log_softmax(-1).tolist()))


def by_frequency(classes: Mapping[str, int]) -> Likelihoods:
    """Return how often each label stands in the rows to learn from, whatever the text."""
    total = sum(classes.values())
    labels = tuple(sorted(classes))
    return Likelihoods(labels, tuple(math.log(classes[label] / total) for label in labels))


class InWords:
    """The untouched model, asked with a question which of the labels fits.

    `given` says what it reads with a text: an instruction, or texts with their labels.
    """

    def __init__(
        self,
        labels: Sequence[str],
        template: ChatTemplate,
        given: Callable[[str], Given] = lambda text: Given(),
    ) -> None:
        self._labels, self.template, self._given = tuple(sorted(labels)), template, given
        self._answers = [self._answer(label) for label in self._labels]

    @torch.inference_mode()
    def __call__(self, model: PreTrainedModel, example: Example) -> Likelihoods:
        """Return how likely each label is among them as an answer, its end included."""
        prompt = self.prompt(model, example)
        scores = torch.tensor(answer_scores(model, prompt, self._answers), dtype=torch.float64)
        return Likelihoods(self._labels, tuple(scores.log_softmax(-1).tolist()))

    def _answer(self, label: str) -> list[int]:
        """Return the tokens that training as a chat would learn; they do not depend on the question."""
        example = encode_chat(as_conversation(Completion("Which?", label)), self.template, 1 << 30, 0)
        begin = next(at for at, learned in enumerate(example.labels) if learned != IGNORED)
        end = next((at for at in range(begin, len(example.labels)) if example.labels[at] == IGNORED), None)
        return list(example.input_ids[begin:end])

    def prompt(self, model: PreTrainedModel, example: Example, room: int = 0) -> list[int]:
        """Return the question about the text as the tuned model reads it, cut where the model's reach ends.

        There is room behind it for any label, and for `room` tokens.
        """
        return self.read(context_tokens(model.config), example, room)[0]

    def read(self, limit: int | None, example: Example, room: int = 0) -> tuple[list[int], Given, Given]:
        """Return the prompt within `limit` tokens, what was wanted with the text, and what of that fits.

        Raises StudioError where no room is left for the text.
        """
        before, after = self.template.around
        ids = example.input_ids[len(before) : len(example.input_ids) - len(after)]
        longest = max(room, *map(len, self._answers))
        wanted = self._given(self._text(ids))
        prompt, given = self._fitting(ids, wanted, None if limit is None else limit - longest)
        while limit is not None and (over := len(prompt) + longest - limit) > 0:
            if over >= len(ids):
                raise no_room(wanted.instruction, limit, example.row)
            ids = ids[:-over]
            prompt = self._question(ids, given)
        return prompt, wanted, given

    def _fitting(self, ids: Sequence[int], given: Given, limit: int | None) -> tuple[list[int], Given]:
        """Return the prompt with what of the given fits before a text, and that."""
        prompt = self._question(ids, given)
        room = len(self._question(ids, Given())) + GIVEN_TOKENS
        room = room if limit is None else min(room, limit)
        while len(prompt) > room and (less := given.less()) is not None:
            given, prompt = less, self._question(ids, less)
        return prompt, given

    def _question(self, ids: Sequence[int], given: Given) -> list[int]:
        shots = tuple(Completion(self._asked(shot.prompt), shot.completion) for shot in given.shots)
        asked = Message("user", self._asked(self._text(ids)))
        return encode_prompt(in_turns(replace(given, shots=shots), [asked]), self.template)

    def _text(self, ids: Sequence[int]) -> str:
        return self.template.tokenizer.decode(ids, clean_up_tokenization_spaces=False)

    def _asked(self, text: str) -> str:
        named = f" Answer with one of: {', '.join(self._labels)}." if len(self._labels) <= MOST_NAMED else ""
        return f"{text}\n\nWhich label fits this text?{named}"


def no_room(instruction: str, limit: int, row: int) -> StudioError:
    """Return what is raised where the instruction and the labels leave no room for a text."""
    if not instruction:
        return StudioError("The labels are too long for this model to be asked about.", "Shorten them.")
    return StudioError(
        f"Your instruction has {len(instruction):,} letters: with it and the labels nothing of row {row:,} "
        f"would be read, since this model reads {limit:,} tokens.",
        "Shorten the instruction, or empty it and leave out the way that needs it.",
    )


def answer_scores(
    model: PreTrainedModel, prompt: Sequence[int], answers: Sequence[Sequence[int]]
) -> list[float]:
    """Return the log-likelihood of each answer behind the prompt, which is read only once."""
    read = model(
        input_ids=torch.tensor([list(prompt)], device=model.device), use_cache=True, logits_to_keep=1
    )
    first = read.logits[0, -1].float().log_softmax(-1)
    totals = [float(first[answer[0]]) for answer in answers]
    if max(map(len, answers)) == 1:
        return totals
    groups = [answers[at : at + ANSWERS_AT_ONCE] for at in range(0, len(answers), ANSWERS_AT_ONCE)]
    rests = [rest for group in groups for rest in _rests(model, copy.deepcopy(read.past_key_values), group)]
    return [total + rest for total, rest in zip(totals, rests, strict=True)]


def _rests(model: PreTrainedModel, cache: Cache, answers: Sequence[Sequence[int]]) -> list[float]:
    """Return the log-likelihood of each answer but its first token. `cache` holds the prompt; mutates it."""
    longest = max(1, max(map(len, answers)) - 1)
    given = torch.zeros((len(answers), longest), dtype=torch.int64)  # what is behind an answer nothing reads
    for row, answer in enumerate(answers):
        given[row, : len(answer) - 1] = torch.tensor(answer[:-1])
    cache.batch_repeat_interleave(len(answers))
    logits = model(input_ids=given.to(model.device), past_key_values=cache, use_cache=True).logits
    return [_rest(logits[row], answer) for row, answer in enumerate(answers)]


def _rest(logits: Tensor, answer: Sequence[int]) -> float:
    """Return the log-likelihood of an answer's tokens but the first; logits (longest, vocabulary)."""
    following = torch.tensor(answer[1:], dtype=torch.int64, device=logits.device)
    each = logits[: len(following)].float().log_softmax(-1).gather(1, following[:, None])
    return float(each.sum())
