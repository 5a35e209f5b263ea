"""Whether a run's model is divided among its processes, and why: decided before anything is loaded."""

import torch

from studio.core.config import DataSettings, Keeping, Optimisation, RunConfig
from studio.core.errors import Refused
from studio.engine.device import choose_device
from studio.engine.forecast import MemoryForecast, forecast_memory
from studio.engine.layers import decoder_layers, skeleton
from studio.engine.models import read_model_config
from studio.engine.objectives import distillation, objective_named
from studio.engine.processes import Processes
from studio.engine.sources import ModelSource
from studio.engine.tunings import full, lora, tuning_named

ASKED = "The model is divided among the processes (FSDP), as the settings ask."


def why_divided(config: RunConfig, source: ModelSource, processes: Processes) -> str:
    """Return why the model is divided among the processes, in words; "" where each has the whole.

    All must ask together and are told alike. Raises Refused where it is asked for and cannot be.
    """
    if processes.count == 1:
        return ""
    check_asked(config, processes)
    if config.part(Optimisation).divided:
        return ASKED
    if cannot_divide(config) or choose_device().device != "cuda":
        return ""
    needed, smallest = _lasting(_forecast(config, source)), -processes.largest([-_card_bytes()])[0]
    if needed <= smallest:
        return ""
    return (
        f"The model with its optimiser takes {needed / 1e9:.1f} GB and a graphics card has "
        f"{smallest / 1e9:.1f}: it is divided among the processes (FSDP)."
    )


def check_asked(config: RunConfig, processes: Processes) -> None:
    """Raise Refused where several processes are asked to divide what cannot be divided."""
    asked = processes.count > 1 and config.part(Optimisation).divided
    if asked and (problem := cannot_divide(config)):
        raise Refused(problem, "Choose LoRA or full fine-tuning without base_kl, or set divided to no.")


def cannot_divide(config: RunConfig) -> str:
    """Return why a model tuned so cannot be divided, in words; "" where it can."""
    tuning, objective = tuning_named(config.tuning), objective_named(config.objective)
    if tuning not in (lora, full) or getattr(config.part(tuning.Config), "dora", False):
        how = "LoRA with DoRA" if tuning is lora else tuning.TITLE
        return f"A model that is tuned with {how} cannot be divided among processes."
    if objective.HEAD != "language" or objective is distillation or getattr(objective, "REFERENCE", False):
        return f"A model cannot be divided among processes for “{objective.TITLE}”."
    if config.part(Keeping).base_kl:
        return "A model that is held close to the original (base_kl) cannot be divided among processes."
    return ""


def share_bytes(config: RunConfig, source: ModelSource, processes: Processes) -> int:
    """Return what a card needs that holds its part of a divided model; 0 where none would be divided.

    Beside its part a process has whole, with its gradients, what is around the layers and two of these.
    """
    if processes.count == 1 or cannot_divide(config) or choose_device().device != "cuda":
        return 0
    parts, model = _forecast(config, source), skeleton(read_model_config(source))
    inside = [sum(weight.numel() for weight in layer.parameters()) for layer in decoder_layers(model)]
    every = sum(weight.numel() for weight in model.parameters())
    borrowed = 2 * parts.weights * (every - sum(inside) + 2 * max(inside)) // every
    return parts.program + _lasting(parts) // processes.count + borrowed + parts.activations


def _forecast(config: RunConfig, source: ModelSource) -> MemoryForecast:
    return forecast_memory(source, config, longest_tokens=config.part(DataSettings).max_length)


def _lasting(parts: MemoryForecast) -> int:
    return parts.weights + parts.optimiser


def _card_bytes() -> int:
    return torch.cuda.mem_get_info()[1]
