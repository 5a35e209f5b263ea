"""The model that a run trains: loaded, with its tuning, and where no card could hold it divided at once."""

from collections.abc import Callable

import torch
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from transformers import PreTrainedTokenizerBase

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.engine.attention import use_products
from studio.engine.divided import divide
from studio.engine.heads import tuning_for
from studio.engine.models import ModelSource, load_model
from studio.engine.processes import Processes


def load_learner(
    config: RunConfig,
    source: ModelSource,
    tokenizer: PreTrainedTokenizerBase,
    *,
    dtype: torch.dtype,
    device: str,
    place: str,
) -> tuple[nn.Module, int]:
    """Return the model with its tuning, and how many weights it had before. It will train on `device`; until
    it is divided it may lie in another `place`."""
    tuning = tuning_for(config.tuning, source)
    model = load_model(source, dtype=dtype, device=place)
    if device == "cpu":
        use_products(model)
    _check_tokenizer(model, tokenizer)
    total = sum(parameter.numel() for parameter in model.parameters())
    model = tuning.apply(model, config.part(tuning.Config))
    if tuning.PREPENDS:
        tuning.begin(model, config.part(tuning.Config), tokenizer)
    return model, total


def divided_learner(
    load: Callable[..., tuple[nn.Module, int]], device: str, processes: Processes
) -> tuple[nn.Module, int]:
    """Return this process's part of a model, which no card may hold: the whole lies on the processor, of one
    process at a time."""

    among = init_device_mesh(device, (processes.count,))  # all together: the rest is each one's own work

    def part() -> tuple[nn.Module, int]:
        model, total = load(place="cpu")
        divide(model, among)
        return model, total

    return processes.in_turn(part)


def _check_tokenizer(model: nn.Module, tokenizer: PreTrainedTokenizerBase) -> None:
    rows = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > rows:
        raise Refused(
            f"The tokenizer knows {len(tokenizer)} tokens and the model only {rows}: they do not match.",
            "Fetch the model again, or choose another.",
        )
