"""What stays the same over a run: the model, what it learns by, and how a batch goes through it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import ModuleType

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from studio.core.examples import Example
from studio.data.packing import apart
from studio.engine.batches import Batch, collate
from studio.engine.guards.memory import MemoryGuard
from studio.engine.near_base import Pull
from studio.engine.preferring import Preferring
from studio.engine.processes import ONE, Processes
from studio.engine.reinforcing import Reinforcing
from studio.engine.teacher import Taught


@dataclass(frozen=True)
class Machinery:
    """What stays the same over a run: the model and how a batch goes through it."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    accelerator: Accelerator
    objective: ModuleType | Taught | Preferring | Reinforcing
    weights: tuple[Tensor, ...]
    """The trained ones."""
    device: str
    precision: Callable[[], AbstractContextManager[None]]
    """The context in which products are taken, e.g. in 16 bits while trained weights are held in 32."""
    packs: bool = False
    """Whether short rows share one; never where learned places stand before a row, of which each text in it
    would need its own."""
    guard: MemoryGuard = field(default_factory=lambda: MemoryGuard(None))
    processes: Processes = ONE
    """Who learns from a part of each step's rows, and looks at a part of those held back."""
    divided: str = ""
    """Why each process holds only a part of the model, in words; empty where it has the whole."""
    pull: Pull | None = None
    """What holds the model near the untouched one while it learns; it never counts on the held-out rows."""

    @property
    def measured(self) -> tuple[str, ...]:
        """What is told of each step beside the loss."""
        return self.objective.objective.MEASURES if isinstance(self.objective, Preferring) else ()

    def told(self, values: Iterable[float]) -> Mapping[str, float]:
        """Return what is told of a step by its names."""
        return dict(zip(self.measured, values, strict=True))

    def batch(self, group: Sequence[Example]) -> Batch:
        """Return the examples as one batch; answers that are set beside each other have a row each."""
        texts = group
        if isinstance(self.objective, Preferring):
            texts = [text for example in group for text in apart(example)]
        return collate(texts).to(self.device)
