"""What a checkpoint holds: the tuned weights, and beside them all that a run needs to go on bit-equal.

How a folder is made durable is the store's business, which is passed in. No pickle: tensors go into
safetensors, numbers into JSON.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from studio.engine.divided import like
from studio.engine.held_out import Part

WEIGHTS = Path("weights/tuned.safetensors")
OPTIMISER = Path("resume/optimizer.safetensors")
RANDOM = Path("resume/rng.safetensors")
STATE = Path("resume/state.json")


class Saved(Protocol):
    """What a store says of a checkpoint that is safely on disk."""

    @property
    def bytes(self) -> int: ...
    @property
    def best(self) -> bool: ...


class CheckpointStore(Protocol):
    """Keeps the checkpoints of one run; `services` passes one in."""

    def save(self, step: int, write: Callable[[Path], None], *, eval_loss: float | None) -> Saved:
        """Let `write` fill a folder and keep it whole; an earlier one of the same step is replaced."""
        ...

    def newest(self) -> tuple[int, Path] | None:
        """Return the newest checkpoint that verifies and holds what resuming needs."""
        ...

    def best(self) -> tuple[int, Path] | None:
        """Return the checkpoint with the lowest held-out loss that verifies."""
        ...


@dataclass
class Progress:
    """Where a run stands, in numbers; changes as it goes."""

    step: int = 0
    evaluated_step: int = -1
    """The last step the held-out rows were measured after; a stop can come in between."""
    skipped_steps: int = 0
    skipped_in_a_row: int = 0
    micro_tokens: int = 0
    """Padded tokens that go through the model at once; lowered when memory runs out."""
    seconds: float = 0.0
    rate_factor: float = 1.0
    """Part of the planned step sizes that is taken; lowered once where they were too large."""
    best_loss: float | None = None
    best_parts: Sequence[Part] = ()
    """The best look at the held-out rows so far, part by part, to set later ones beside."""


@dataclass(frozen=True)
class TrainingState:
    """Everything that a checkpoint holds."""

    progress: Progress
    weights: Mapping[str, Tensor]
    optimiser: Mapping[str, Tensor]
    random: Mapping[str, Tensor]


def write_checkpoint(folder: Path, state: TrainingState) -> None:
    """Write the files of a checkpoint into an empty folder. Raises OSError where the disk is full."""
    for part in (WEIGHTS, STATE):
        (folder / part).parent.mkdir()
    _write(state.weights, folder / WEIGHTS)
    _write(state.optimiser, folder / OPTIMISER)
    _write(state.random, folder / RANDOM)
    document = {"version": 1, **asdict(state.progress)}
    (folder / STATE).write_text(json.dumps(document, indent=1), encoding="utf-8")


def read_checkpoint(folder: Path) -> TrainingState:
    """Inverse of `write_checkpoint`, all tensors on the CPU."""
    document = json.loads((folder / STATE).read_text(encoding="utf-8"))
    version = document.pop("version")
    assert version == 1, version
    parts = tuple((nats, tokens) for nats, tokens in document.pop("best_parts", ()))
    return TrainingState(
        Progress(**document, best_parts=parts),
        read_weights(folder),
        load_file(folder / OPTIMISER),
        load_file(folder / RANDOM),
    )


def read_weights(folder: Path) -> dict[str, Tensor]:
    """Return only the tuned weights of a checkpoint, on the CPU."""
    return load_file(folder / WEIGHTS)


def _write(tensors: Mapping[str, Tensor], path: Path) -> None:
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        save_file(plain, path)
    except SafetensorError as error:  # a full disk comes as this, in words alone
        raise OSError(f"{path.name}: {error}") from error


def optimiser_tensors(optimiser: torch.optim.Optimizer, names: Mapping[Tensor, str]) -> dict[str, Tensor]:
    """Return the optimiser's state as named tensors: `<weight>/<kind>`. The rate follows from the step."""
    return {
        f"{names[weight]}/{kind}": value
        for weight, values in optimiser.state.items()
        for kind, value in values.items()
    }


def load_optimiser_tensors(
    optimiser: torch.optim.Optimizer, names: Mapping[Tensor, str], tensors: Mapping[str, Tensor]
) -> None:
    """Inverse of `optimiser_tensors`. Mutates `optimiser`."""
    for weight, name in names.items():
        found = {
            key.rpartition("/")[2]: value for key, value in tensors.items() if key.startswith(name + "/")
        }
        if found:
            optimiser.state[weight] = {kind: like(value, weight) for kind, value in found.items()}


def random_tensors() -> dict[str, Tensor]:
    """Return the state of every random number generator the loop draws from."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states


def load_random_tensors(states: Mapping[str, Tensor]) -> None:
    """Inverse of `random_tensors`. A run that moves to a machine without its card keeps the rest."""
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])
