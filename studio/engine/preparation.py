"""From a run's settings to a model on its device, ready to train: what the loop starts from."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from studio.core import events, system
from studio.core.config import DataSettings, Optimisation, RunConfig
from studio.core.errors import Refused
from studio.engine.checkpoints import Progress
from studio.engine.device import DeviceChoice, choose_device
from studio.engine.guards.room import Room, guard_for, within_memory
from studio.engine.heads import tuning_for
from studio.engine.learner import divided_learner, load_learner
from studio.engine.machinery import Machinery
from studio.engine.models import (
    ModelSource,
    read_model_config,
    refuse_silent,
    row_tokens,
)
from studio.engine.near_base import pull_of
from studio.engine.objectives import objective_named
from studio.engine.packs import keeps_apart
from studio.engine.pairs import fits
from studio.engine.preferring import Preferring, preferring
from studio.engine.processes import ONE, Processes
from studio.engine.reinforcing import Reinforcing, reinforcing
from studio.engine.teacher import lesson

Result = TypeVar("Result")

TOKENS_AT_ONCE = {"cpu": 768, "cuda": 16384}
"""Padded tokens that go through the model together. On two cores more is no faster and takes more memory."""


@dataclass(frozen=True)
class Prepared:
    """A model with its tuning, its optimiser and where they run."""

    machinery: Machinery
    tuning: ModuleType
    names: Mapping[Tensor, str]
    """Each trained weight's name."""
    device: str
    dtype: str
    reasons: tuple[str, ...]
    total_parameters: int
    token_budget: int

    @property
    def trainable_parameters(self) -> int:
        return sum(weight.numel() for weight in self.machinery.weights)

    @property
    def _place(self) -> str:
        return "the graphics card" if self.device == "cuda" else "this machine"

    def memory_bytes(self) -> int:
        """Return what is held now, on the device that trains."""
        return torch.cuda.memory_reserved() if self.device == "cuda" else system.process_memory_bytes()

    def peak_memory_bytes(self) -> int:
        """Return the most that was held since the run began, on the device that trains."""
        return torch.cuda.max_memory_reserved() if self.device == "cuda" else system.peak_memory_bytes()

    def memory_limit_bytes(self) -> int:
        """Return what the process may hold before the system ends it; 0 where a graphics card tells first."""
        return 0 if self.device == "cuda" else system.memory().available_bytes + system.process_memory_bytes()

    def within_memory(
        self,
        work: Callable[..., Result],
        progress: Progress,
        emit: Callable[[events.Event], None],
        *,
        checking: bool = False,
    ) -> Result:
        """Do `work(token_budget=...)` in pieces that fit, see `guards.room.within_memory`."""
        room = Room(self.machinery.guard, self._place, self._free)
        return within_memory(room, work, progress, emit, checking=checking)

    def _free(self) -> None:
        self.machinery.optimiser.zero_grad(set_to_none=True)
        torch.cuda.empty_cache()


def prepare(
    config: RunConfig,
    source: ModelSource,
    tokenizer: PreTrainedTokenizerBase,
    *,
    choice: DeviceChoice | None = None,
    processes: Processes = ONE,
    divided: str = "",
) -> Prepared:
    """Load the model, apply the tuning and make the optimiser. Seeds torch's random numbers, in each of the
    `processes` alike: they begin with the same weights. `choice` None is the best device there is.
    `divided`: why the processes divide the model, see `division.why_divided`.

    Raises Refused where the model cannot be loaded, does not fit its tokenizer, or reads less than a row.
    """
    check_length(config, source)
    settings = config.part(Optimisation)
    objective, tuning = objective_named(config.objective), tuning_for(config.tuning, source)
    choice = choice or choose_device()
    device = choice.device
    accelerator = _accelerator(device, processes)
    taught = lesson(config, tokenizer, choice)  # what is refused is refused before anything is loaded
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    torch.manual_seed(settings.seed)
    frozen = choice.torch_dtype if tuning.FROZEN_BASE else torch.float32
    load = partial(load_learner, config, source, tokenizer, dtype=frozen, device=device)
    model, total = divided_learner(load, device, processes) if divided else load(place=device)
    names = {parameter: name for name, parameter in model.named_parameters() if parameter.requires_grad}
    optimiser = accelerator.prepare(_optimiser(names, settings))
    precision, dtype, reasons = _precision(choice, frozen)
    packs = objective.WINDOWS and not tuning.PREPENDS and keeps_apart(model, device)
    taught = _whole_answers(config, source, choice) or taught
    pull = pull_of(config, source, choice)  # may load a second model, which is held at rest as well
    size = {"number_bytes": frozen.itemsize, "side_by_side": hasattr(objective, "weigh")}
    guard = guard_for(source, device, trained=names, processes=processes, **size)
    at_work = (model, optimiser, accelerator, taught, tuple(names), device, precision)
    machinery = Machinery(*at_work, packs, guard, processes, divided, pull)
    at_once, reasons = TOKENS_AT_ONCE[device], (*reasons, *_shared(processes, divided))
    return Prepared(machinery, tuning, names, device, dtype, reasons, total, at_once)


def _whole_answers(
    config: RunConfig, source: ModelSource, choice: DeviceChoice
) -> Preferring | Reinforcing | None:
    """Return the lesson of a run that weighs whole answers; None where words are learned one by one."""
    objective = objective_named(config.objective)
    if hasattr(objective, "weigh"):
        return preferring(config, source, choice)
    return reinforcing(config, source, choice) if hasattr(objective, "policy_loss") else None


def _accelerator(device: str, processes: Processes) -> Accelerator:
    accelerator = Accelerator(cpu=device == "cpu")
    if accelerator.num_processes != processes.count:
        raise Refused(
            f"This run was launched as {accelerator.num_processes} processes, and {processes.count} train.",
            "Start it with torchrun -m studio train, or without a launcher.",
        )
    return accelerator


def _shared(processes: Processes, divided: str) -> tuple[str, ...]:
    if processes.count == 1:
        return ()
    rows = f"{processes.count} processes share the rows of each step and add up what they learn."
    return (rows, divided) if divided else (rows,)


def check_length(config: RunConfig, source: ModelSource) -> None:
    """Raise Refused where the model cannot be tuned so or do what is to be learned, or where rows may be
    longer than it reads: learned positions end there."""
    allowed, model = config.part(DataSettings).max_length, read_model_config(source)
    if objective_named(config.objective).HEAD == "language":
        refuse_silent(source, model)
    if reason := fits(config.tuning, config.objective, model):
        raise Refused(reason, "Choose another way to tune.")
    limit = row_tokens(config, model)
    if limit is not None and allowed > limit:
        raise Refused(
            f"This model reads {limit} tokens at most, and the longest example allowed is {allowed}.",
            f"Set the longest example (max_length) to {limit} or less.",
        )


def _optimiser(names: Mapping[Tensor, str], settings: Optimisation) -> torch.optim.Optimizer:
    # Fused: one pass over the weights instead of ten.
    return torch.optim.AdamW(_groups(names, settings.weight_decay), lr=settings.learning_rate, fused=True)


def _groups(names: Mapping[Tensor, str], weight_decay: float) -> list[dict[str, object]]:
    """Pull matrices towards zero, never biases and norms."""
    matrices = [weight for weight in names if weight.ndim > 1]
    vectors = [weight for weight in names if weight.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return [group for group in groups if group["params"]]


def _precision(
    choice: DeviceChoice, frozen: torch.dtype
) -> tuple[Callable[[], AbstractContextManager[None]], str, tuple[str, ...]]:
    """Return the context for products, the number format in a word, and all reasons."""
    if frozen == choice.torch_dtype:
        return nullcontext, choice.dtype, choice.reasons
    if choice.device == "cuda":
        reason = "Every weight is trained and held in 32 bits; products are taken in 16 (bfloat16)."
        autocast = partial(torch.autocast, "cuda", dtype=torch.bfloat16)
        return autocast, "float32", (choice.reasons[0], reason)
    reason = "Every weight is trained and held in 32 bits: small updates would be rounded away in 16."
    return nullcontext, "float32", (choice.reasons[0], reason)
