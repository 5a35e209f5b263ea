"""What all tunings do alike with the weights they train. Importable without torch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peft import PeftModel
    from torch import Tensor, nn
    from transformers import PreTrainedModel


def marked(model: "nn.Module", mark: str) -> "dict[str, Tensor]":
    """Return the tensors with `mark` in their names, no copies."""
    return {name: parameter.detach() for name, parameter in model.named_parameters() if mark in name}


def copy_into(own: "dict[str, Tensor]", tensors: "dict[str, Tensor]") -> None:
    """Copy `tensors` over those of the same names in `own`. Mutates them; the names must be the same."""
    from studio.engine.divided import like  # torch: not before the first page

    assert own.keys() == tensors.keys(), sorted(own.keys() ^ tensors.keys())[:4]
    for name, tensor in tensors.items():
        own[name].copy_(like(tensor, own[name]))


@contextmanager
def adapter_off(model: "PeftModel") -> "Iterator[PeftModel]":
    """Give the same model with peft's adapters switched off: the untouched base."""
    with model.disable_adapter():
        yield model


def merge_adapter(model: "PeftModel") -> "PreTrainedModel":
    """Return the plain model with peft's adapters worked into it, in float32. Consumes `model`."""
    return model.float().merge_and_unload(safe_merge=True)
