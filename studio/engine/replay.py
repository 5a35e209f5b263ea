"""Replay: before it is tuned the model answers simple instructions; it learns that again beside the rows.

Source: arXiv:2403.01244 (a model rehearses what it wrote itself), arXiv:2403.08763 (5 % of replay suffice).
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import overload

from torch import nn
from transformers import PreTrainedTokenizerBase

from studio.core.examples import IGNORED, Example
from studio.core.records import Completion, Message
from studio.core.replies import Reply
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_prompt
from studio.engine.device import choose_device
from studio.engine.generate import answer_groups, room, write_group
from studio.engine.models import load_model
from studio.engine.objectives import chat
from studio.engine.sources import ModelSource

INSTRUCTIONS = Path(__file__).parents[2] / "assets" / "replay" / "instructions.txt"
LONGEST_ANSWER = 128
"""In tokens. A longer one is cut off there, and its end is not learned."""

TIMED_TOKENS = 8


def instructions() -> tuple[str, ...]:
    """Return what the model is asked; none of it is asked again where forgetting is measured."""
    return tuple(INSTRUCTIONS.read_text(encoding="utf-8").splitlines())


def reply_groups(template: ChatTemplate) -> list[tuple[str, ...]]:
    """Return the instructions in the groups that are answered at once, the groups in mixed order.

    The first few groups stand for all: a run takes no more of them than it needs.
    """
    asked = instructions()
    groups = answer_groups([_prompt(each, template) for each in asked])
    random.Random("replay").shuffle(groups)
    return [tuple(asked[place] for place in group) for group in groups]


def write_replies(
    source: ModelSource,
    tokenizer: PreTrainedTokenizerBase,
    template: ChatTemplate,
    groups: Sequence[tuple[str, ...]],
    should_stop: Callable[[], bool],
) -> Iterator[tuple[Reply, ...]]:
    """Yield the untouched model's answers to each group. Raises generate.Interrupted."""
    choice = choose_device()
    model = load_model(source, dtype=choice.torch_dtype, device=choice.device).eval()
    for group in groups:
        prompts = [_prompt(each, template) for each in group]
        limit = room(model, max(map(len, prompts)), LONGEST_ANSWER)
        found = write_group(model, tokenizer, prompts, range(len(group)), limit, should_stop)
        yield tuple(
            Reply(group[each.prompt], each.text, each.tokens <= limit)  # `tokens` counts the end, too
            for each in found
        )


def reply_seconds(model: nn.Module, tokenizer: PreTrainedTokenizerBase) -> float:
    """Return how long one reply takes at most, from the first few tokens of a group."""
    template = ChatTemplate(tokenizer)
    prompts = [_prompt(each, template) for each in reply_groups(template)[0]]
    started = time.monotonic()
    found = write_group(model, tokenizer, prompts, range(len(prompts)), TIMED_TOKENS)
    steps = max(each.tokens for each in found)
    return (time.monotonic() - started) / steps * LONGEST_ANSWER / len(prompts)


def usable(
    replies: Sequence[Reply], template: ChatTemplate, *, max_length: int
) -> list[tuple[Reply, Example]]:
    """Return the replies that say something and fit into `max_length`, as examples of row 0."""
    made = ((each, _example(each, template, max_length)) for each in replies if each.answer.strip())
    return [(reply, example) for reply, example in made if not example.cut_tokens]


def _example(reply: Reply, template: ChatTemplate, max_length: int) -> Example:
    record = Completion(reply.instruction, reply.answer)
    example = chat.encode(record, template, max_length=max_length, row=0)
    return example if reply.whole else _without_end(example, template.stop_ids)


def _without_end(example: Example, stop_ids: Sequence[int]) -> Example:
    """Take off the end of the answer and what follows it: the model itself did not come to an end."""
    ids, labels = example.input_ids, example.labels
    backwards = range(len(ids) - 1, -1, -1)
    ends = (at for at in backwards if labels[at] != IGNORED and ids[at] in stop_ids)
    end = next(ends, len(ids))
    return replace(example, input_ids=ids[:end], labels=labels[:end])


def _prompt(instruction: str, template: ChatTemplate) -> list[int]:
    return encode_prompt((Message("user", instruction),), template)


def in_words(replayed: int) -> tuple[str, ...]:
    """Return what is said of a run that learns so many replies beside its rows."""
    if not replayed:
        return ()
    many = (
        f"{replayed:,} answers of the untouched model are"
        if replayed > 1
        else "1 answer of the untouched model is"
    )
    return (f"{many} mixed in among the rows, so that it forgets less (replay).",)


class Mixed(Sequence[Example]):
    """The rows of a run, and behind them what is learned again; each round takes all of them in its order."""

    def __init__(self, rows: Sequence[Example], replayed: Sequence[Example]) -> None:
        self._rows, self._replayed = rows, replayed

    def __len__(self) -> int:
        return len(self._rows) + len(self._replayed)

    @overload
    def __getitem__(self, at: int) -> Example: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Example, ...]: ...
    def __getitem__(self, at: int | slice) -> Example | tuple[Example, ...]:
        if isinstance(at, slice):
            return tuple(self[each] for each in range(*at.indices(len(self))))
        return self._rows[at] if at < len(self._rows) else self._replayed[at - len(self._rows)]
