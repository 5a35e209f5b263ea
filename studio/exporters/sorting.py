"""What an export of a model that sorts into classes has of its own: its head, its labels, and its parity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from studio.engine.sources import ModelSource
from studio.exporters.origin import origin_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from studio.evaluation.questions import Question
    from studio.exporters.parity import Answered


def auto_class(source: ModelSource) -> str:
    """Return which of transformers' classes loads such a model."""
    return "AutoModelForSequenceClassification" if source.labels else "AutoModelForCausalLM"


def lines_for_the_base(source: ModelSource) -> str:
    """Return the Python line that loads the base for an adapter in the folder `folder`.

    The labels stand in the folder's config.json, so that the base gets a head of the right size.
    """
    origin = origin_of(source)
    revision = f", revision={origin.revision!r}" if origin.revision else ""
    config = "config=AutoConfig.from_pretrained(folder), " if source.labels else ""
    given = f"{origin.loads_elsewhere!r}{revision}, {config}dtype=torch.float32"
    return f"base = {auto_class(source)}.from_pretrained({given})\n"


def answers(
    model: PreTrainedModel, prompts: Sequence[Sequence[int]], *, should_stop: Callable[[], bool]
) -> list[Answered] | None:
    """Return the label of each prompt as one token, with the logits of all; None where it was stopped."""
    import torch

    from studio.exporters.parity import Answered

    model.eval()
    found = []
    for prompt in prompts:
        if should_stop():
            return None
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([list(prompt)], device=model.device)).logits.float().cpu()
        found.append(Answered((int(logits.argmax()),), logits))
    return found


def as_a_stranger_reads(
    question: Question, tokenizer: PreTrainedTokenizerBase, *, max_length: int
) -> tuple[int, ...]:
    """Return the text's tokens as plain transformers makes them."""
    return tuple(tokenizer(question.text, truncation=True, max_length=max_length)["input_ids"])
