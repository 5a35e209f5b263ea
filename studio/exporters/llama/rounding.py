"""How a rounded file is compared with the model in the studio.

Rounded weights never answer token for token alike, so equal answers are told and not asked for. What is
measured is what llama.cpp's own authors measure (tools/perplexity, --kl-divergence): both models read the
same words, and the chances that they give to the next one are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from studio.core.errors import StudioError
from studio.core.words import percentage
from studio.exporters.job import Parity
from studio.exporters.llama.bounds import (
    ANOTHER_MODEL,
    EXACT,
    LARGEST_DIVERGENCE,
    LARGEST_OF_16_BITS,
    LEAST_SAME,
)
from studio.exporters.parity import compare

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from studio.exporters.parity import Answered


@dataclass(frozen=True)
class Heard:
    """What a file said beside the studio's model: the share of places alike, and the mean divergence."""

    same: float
    divergence: float

    @property
    def within(self) -> bool:
        return self.same >= LEAST_SAME and self.divergence <= LARGEST_DIVERGENCE


@torch.inference_mode()
def following(
    model: PreTrainedModel, prompts: Sequence[Sequence[int]], ours: Sequence[Answered]
) -> list[torch.Tensor]:
    """Return the logits (tokens, vocabulary) a model has at the places of answers that another one gave."""
    model.eval()
    found = []
    for prompt, answer in zip(prompts, ours, strict=True):
        ids = torch.tensor([[*prompt, *answer.tokens[:-1]]], device=model.device)  # (1, T)
        found.append(model(input_ids=ids).logits[0, len(prompt) - 1 :].float().cpu())
    return found


def heard(ours: Sequence[Answered], theirs: Sequence[torch.Tensor]) -> Heard:
    """Compare the chances of the next token at every place of the studio's answers."""
    mine = torch.cat([each.logits for each in ours]).double().log_softmax(-1)  # (places, vocabulary)
    other = torch.cat(list(theirs)).double().log_softmax(-1)
    apart = (mine.exp() * (mine - other)).sum(-1)
    same = (mine.argmax(-1) == other.argmax(-1)).double()
    return Heard(float(same.mean()), float(apart.mean()))


def compared(form: str, ours: Sequence[Answered], theirs: Sequence[Answered], found: Heard) -> Parity:
    """Return the parity of a rounded file. Raises StudioError where it is not the same model any more."""
    refuse_another(found)
    answers = compare(ours, theirs)
    exact = answers.max_logit_difference <= LARGEST_OF_16_BITS
    if form == EXACT and not (found.within and exact):
        raise _another(found)
    return replace(
        answers, passed=found.within, form=form, same_next=found.same, divergence=max(found.divergence, 0.0)
    )


def refuse_another(found: Heard) -> None:
    """Raise StudioError where a file says other things than rounding can explain."""
    if not found.same >= ANOTHER_MODEL or not found.divergence < float("inf"):  # so written, a NaN is caught
        raise _another(found)


def _another(found: Heard) -> StudioError:
    return StudioError(
        "The exported file does not answer as the model in the studio does: at "
        f"{percentage(found.same)} of the places it finds the same next word likeliest (divergence "
        f"{found.divergence:.3g} nats), which rounding alone cannot explain.",
        "Nothing was published. Choose the whole model, and tell us.",
    )
