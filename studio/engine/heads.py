"""The head that sorts into classes: which weights it has, and how it is trained beside any tuning.

The tunings know nothing of it. It is out of their sight while they are applied, trained in float32 whatever
the precision of the rest, and saved with what they save.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import ModuleType
from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedModel

from studio.engine.sources import ModelSource
from studio.engine.tunings import tuning_named

POOLER = "pooler"
"""What BERT puts between its body and a head; some checkpoints have none, so it is drawn and trained too."""


class WithHead:
    """A tuning with a head beside it: its own functions, those that must know the head each for both.

    `trained_parameters` stays the tuning's own: the head's few thousand are not counted.
    """

    HOLDS_BASE = False
    """The untouched model has no head for these classes; what it can do is measured otherwise."""

    def __init__(self, tuning: ModuleType) -> None:
        self._tuning = tuning

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tuning, name)

    def apply(self, model: PreTrainedModel, config: Any) -> nn.Module:
        """Return the model tuned so, with a trainable float32 head."""
        with _out_of_sight(model):
            tuned = self._tuning.apply(model, config)
        for _, head in head_modules(model):
            head.float().requires_grad_(True)
            head.register_forward_pre_hook(_in_float32)
        return tuned

    def reference(self, model: nn.Module) -> AbstractContextManager[None]:
        """Give None: an untrained head proves nothing about the untouched model."""
        return nullcontext(None)

    def state(self, model: nn.Module) -> dict[str, Tensor]:
        """Return the trained tensors of both by name, no copies."""
        return self._tuning.state(model) | self._head_state(model)

    def load_state(self, model: nn.Module, tensors: dict[str, Tensor]) -> None:
        """Copy `tensors` into both. Mutates `model`; its names must be those of `state`."""
        head = self._head_state(model)
        own = self._tuning.state(model).keys()
        assert own | head.keys() == tensors.keys(), sorted((own | head.keys()) ^ tensors.keys())[:4]
        self._tuning.load_state(model, {name: tensors[name] for name in own})
        for name, tensor in head.items():
            tensor.copy_(tensors[name])

    def _head_state(self, model: nn.Module) -> dict[str, Tensor]:
        heads = {id(weight) for _, head in head_modules(plain_of(model)) for weight in head.parameters()}
        return {name: weight.detach() for name, weight in model.named_parameters() if id(weight) in heads}


def tuning_for(name: str, source: ModelSource) -> ModuleType | WithHead:
    """Return the tuning for such a model: with its head where it sorts into classes."""
    tuning = tuning_named(name)
    return WithHead(tuning) if source.labels else tuning


def plain_of(model: nn.Module) -> PreTrainedModel:
    """Return the model of transformers inside whatever a tuning put around it."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def head_modules(model: PreTrainedModel) -> list[tuple[str, nn.Module]]:
    """Return the parts of a classification model that are not its body, with their names in it."""
    body = model.base_model_prefix
    found = [(name, child) for name, child in model.named_children() if name != body]
    pooler = getattr(getattr(model, body), POOLER, None)
    if pooler is not None:
        found.append((f"{body}.{POOLER}", pooler))
    return [(name, module) for name, module in found if any(True for _ in module.parameters())]


def head_names(model: PreTrainedModel) -> frozenset[str]:
    """Return the names of the head's weights."""
    heads = head_modules(model)
    return frozenset(f"{name}.{key}" for name, head in heads for key, _ in head.named_parameters())


@contextmanager
def _out_of_sight(model: PreTrainedModel) -> Iterator[None]:
    """Take the head away, so that no tuning adapts, freezes or quantises it."""
    heads = head_modules(model)
    for name, _ in heads:
        model.set_submodule(name, nn.Identity())
    try:
        yield
    finally:
        for name, head in heads:
            model.set_submodule(name, head)


def _in_float32(_: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(each.float() if isinstance(each, Tensor) else each for each in inputs)


def task_type(model: PreTrainedModel) -> str | None:
    """Return what peft must know of a model: it wraps those that write in a class of their own."""
    return "CAUSAL_LM" if hasattr(model, "prepare_inputs_for_generation") else None
