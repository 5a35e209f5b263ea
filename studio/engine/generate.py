"""A model answers: one question streamed, or many at once. Always greedy, so that answers can be compared."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import (
    GenerationConfig,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
)

from studio.core.errors import StudioError
from studio.core.work_time import WorkTime
from studio.data.templates import ChatTemplate
from studio.engine.models import context_tokens
from studio.engine.openings import opening_places

PROMPTS_AT_ONCE = 16


class Interrupted(Exception):
    """The user asked to stop while answers were being written."""


def end_tokens(model: nn.Module, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """Return the tokens that end an answer: of the text, of a turn in its chat template, and the model's own.

    A model that was never taught a chat names the end of a text alone, though its template ends turns
    otherwise: once tuned it ends its answers as the template does.
    """
    named = model.generation_config.eos_token_id
    own = named if isinstance(named, list) else [named]
    return frozenset(token for token in (*own, *ChatTemplate(tokenizer).stop_ids) if token is not None)


def room(model: nn.Module, prompt_tokens: int, wanted: int) -> int:
    """Return how many tokens may follow a prompt, `wanted` at most: learned positions end somewhere.

    Raises StudioError where the prompt alone leaves no room.
    """
    limit = context_tokens(model.config)
    if limit is None:
        return wanted
    limit -= opening_places(model)
    if prompt_tokens >= limit:
        raise StudioError(
            f"The question is {prompt_tokens} tokens long, and this model reads {limit} at most.",
            "Ask a shorter one.",
        )
    return min(wanted, limit - prompt_tokens)


def stream(
    model: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    input_ids: Sequence[int],
    *,
    max_new_tokens: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[str]:
    """Yield the answer piece by piece; what was yielded is never taken back.

    Stops at an end token, after `max_new_tokens`, or when `should_stop` says so after a token.
    """
    written: list[int] = []
    shown = ""
    for token in greedy_tokens(model, input_ids, ends=end_tokens(model, tokenizer), limit=max_new_tokens):
        written.append(token)
        text = tokenizer.decode(written, skip_special_tokens=True)
        # A character may take several tokens; half of one is shown as a replacement character.
        if not text.endswith("\ufffd") and text.startswith(shown):
            yield text[len(shown) :]
            shown = text
        if should_stop():
            break
    rest = tokenizer.decode(written, skip_special_tokens=True)[len(shown) :]
    if rest:
        yield rest


def greedy_tokens(
    model: nn.Module, input_ids: Sequence[int], *, ends: frozenset[int], limit: int
) -> Iterator[int]:
    """Yield the most likely next tokens, the end token not among them. Leaves training mode and RNG alone."""
    device = next(model.parameters()).device
    step = torch.tensor([list(input_ids)], device=device)
    cache = None
    was_training = model.training
    model.eval()
    try:
        for _ in range(room(model, len(input_ids), limit)):
            step, cache = _next_token(model, step, cache)
            token = int(step)
            if token in ends:
                return
            yield token
    finally:
        model.train(was_training)


@torch.inference_mode()
def _next_token(model: nn.Module, step: Tensor, cache: object) -> tuple[Tensor, object]:
    """Return the next token (1, 1) and the cache of keys and values so far."""
    output = model(input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return output.logits[:, -1].argmax(-1, keepdim=True), output.past_key_values


class _AfterEachToken(StoppingCriteria):
    """Asks whether to stop after every token of a batch."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop

    def __call__(self, input_ids: Tensor, scores: Tensor, **kwargs: object) -> Tensor:
        if self._should_stop():
            raise Interrupted
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)


@dataclass(frozen=True, slots=True)
class Written:
    """An answer to a prompt of a list. `seconds` are its tokens' share of what its group took, pauses
    in which `should_stop` did other work not counted.

    `tokens` counts the one that ends it, too, even where it ran out of room instead; `ids` are without it.
    """

    prompt: int
    text: str
    tokens: int
    seconds: float
    ids: tuple[int, ...] = ()


def answer_batch(
    model: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[str]:
    """Return the answers in the order of `prompts`, written many at once, prompts of like length together.

    `progress(done, total)` is called after each group. Raises Interrupted when `should_stop` says so, which
    is asked after every token.
    """
    answers = [""] * len(prompts)
    done = 0
    for group in answer_groups(prompts):
        for written in write_group(model, tokenizer, prompts, group, max_new_tokens, should_stop):
            answers[written.prompt] = written.text
        done += len(group)
        progress(done, len(prompts))
    return answers


def answer_groups(prompts: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Return which prompts are answered at once, by their place; always the same ones.

    The last bits of a model's numbers depend on who stands beside a prompt, so a group is written as a whole.
    """
    order = sorted(range(len(prompts)), key=lambda index: (len(prompts[index]), index))
    return [tuple(order[at : at + PROMPTS_AT_ONCE]) for at in range(0, len(order), PROMPTS_AT_ONCE)]


def write_group(
    model: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[int]],
    group: Sequence[int],
    max_new_tokens: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[Written]:
    """Return the answers to a group of prompts. Raises Interrupted; leaves training mode as it was."""
    work, was_training = WorkTime(should_stop), model.training
    model.eval()
    try:
        given = [prompts[index] for index in group]
        rows = _answer_group(model, tokenizer, given, max_new_tokens, work.should_stop)
    finally:
        model.train(was_training)
    each = work.seconds() / sum(len(row) + 1 for row in rows)  # and the token that ends it
    return [
        Written(
            index,
            tokenizer.decode(row, skip_special_tokens=True),
            len(row) + 1,
            each * (len(row) + 1),
            tuple(row),
        )
        for index, row in zip(group, rows, strict=True)
    ]


def _answer_group(
    model: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[int]],
    max_new_tokens: int,
    should_stop: Callable[[], bool],
) -> list[list[int]]:
    """Return the new tokens of each prompt up to its end token. Pads on the left: answers start together."""
    ends = end_tokens(model, tokenizer)
    longest = max(len(prompt) for prompt in prompts)
    device = next(model.parameters()).device
    input_ids = torch.full((len(prompts), longest), min(ends), device=device)
    mask = torch.zeros((len(prompts), longest), dtype=torch.int64, device=device)
    for row, prompt in enumerate(prompts):
        input_ids[row, longest - len(prompt) :] = torch.tensor(prompt, device=device)
        mask[row, longest - len(prompt) :] = 1
    settings = GenerationConfig(
        do_sample=False,
        num_beams=1,
        repetition_penalty=1.0,
        max_new_tokens=room(model, longest, max_new_tokens),
        eos_token_id=sorted(ends),
        pad_token_id=min(ends),
    )
    with torch.inference_mode():
        output = model.generate(
            input_ids=input_ids,
            attention_mask=mask,
            generation_config=settings,
            stopping_criteria=StoppingCriteriaList([_AfterEachToken(should_stop)]),
        )
    return [_until_end(row, ends) for row in output[:, longest:].tolist()]


def _until_end(tokens: list[int], ends: frozenset[int]) -> list[int]:
    place = next((place for place, token in enumerate(tokens) if token in ends), len(tokens))
    return tokens[:place]
