"""The parity test: exported files, loaded as a stranger would, must answer as the studio's own model does.

Both sides run in float32, one prompt at a time, by transformers' own greedy `generate`. The stranger's side
uses nothing of the studio: tokenizer and chat template come out of the exported folder too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

from studio.evaluation.questions import Question
from studio.exporters.job import LARGEST_LOGIT_DIFFERENCE, Parity

PROMPTS = 4
NEW_TOKENS = 16


class _Halt:
    """Ends an answer at the next token once a stop was asked for."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop
        self.asked = False

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor, **_: object) -> torch.Tensor:
        self.asked = self.asked or self._should_stop()
        return torch.full((len(ids),), self.asked, device=ids.device)


@dataclass(frozen=True)
class Answered:
    """Tokens of one greedy answer, and the logits each was chosen from `(tokens, vocabulary)`."""

    tokens: tuple[int, ...]
    logits: torch.Tensor


def choose(questions: Sequence[Question], special_tokens: Sequence[str]) -> list[Question]:
    """Return the first `PROMPTS` that spell no control token (all count where every one does).

    The studio reads a control token in a user's text as text; plain transformers reads it as control. Such
    rows would tell of that difference and not of the exported weights.
    """
    plain = [
        question
        for question in questions
        if not any(
            token in text
            for text in (question.text, *(turn.content for turn in question.messages))
            for token in special_tokens
        )
    ]
    return (plain or list(questions))[:PROMPTS]


def as_a_stranger_reads(
    question: Question, tokenizer: PreTrainedTokenizerBase, *, chat: bool
) -> tuple[int, ...]:
    """Return the prompt's tokens as plain transformers makes them."""
    if not chat:
        return tuple(tokenizer(question.text)["input_ids"])
    turns = [{"role": turn.role, "content": turn.content} for turn in question.messages]
    return tuple(
        tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True)["input_ids"]
    )


@torch.inference_mode()
def answers(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    *,
    ends: Sequence[int],
    should_stop: Callable[[], bool],
) -> list[Answered] | None:
    """Answer each prompt greedily, one after the other; None where it was stopped."""
    model.eval()
    greedy = GenerationConfig(
        do_sample=False,
        num_beams=1,
        repetition_penalty=1.0,  # else the model's own: the studio answers without one
        max_new_tokens=NEW_TOKENS,
        eos_token_id=list(ends),
        pad_token_id=ends[0],
        output_logits=True,
        return_dict_in_generate=True,
    )
    found, halt = [], _Halt(should_stop)
    for prompt in prompts:
        ids = torch.tensor([list(prompt)], device=model.device)  # (1, T)
        made = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            generation_config=greedy,
            stopping_criteria=[halt],
        )
        if halt.asked:
            return None
        tokens = tuple(made.sequences[0, len(prompt) :].tolist())
        found.append(Answered(tokens, torch.cat(made.logits).float().cpu()))
    return found


def compare(studio: Sequence[Answered], stranger: Sequence[Answered]) -> Parity:
    """Compare answer by answer. Passed only where every answer is equal and every logit within the bound."""
    equal = sum(ours.tokens == theirs.tokens for ours, theirs in zip(studio, stranger, strict=True))
    differences = [_logit_difference(ours, theirs) for ours, theirs in zip(studio, stranger, strict=True)]
    # torch's maximum keeps a NaN, which then does not pass; Python's would drop it.
    largest = float(torch.tensor(differences, dtype=torch.float64).max())
    passed = equal == len(studio) and largest <= LARGEST_LOGIT_DIFFERENCE
    return Parity(len(studio), equal, largest, passed)


def _logit_difference(ours: Answered, theirs: Answered) -> float:
    """Return the largest difference up to the first token that differs: after it the contexts differ too."""
    pairs = list(zip(ours.tokens, theirs.tokens, strict=False))
    same = next((index for index, (a, b) in enumerate(pairs) if a != b), len(pairs) - 1) + 1
    return float((ours.logits[:same] - theirs.logits[:same]).abs().max())
