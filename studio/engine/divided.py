"""A model divided among the processes of a run, since no card can hold it: each keeps a part of every weight.

A layer is put together while it is at work and taken apart behind it; gradients are added up on the way back
and each process keeps its part of the sum (arXiv:2304.11277, in PyTorch's second form, `fully_shard`).
All processes go through the model side by side, also who has no row of its own just then.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn
from torch.distributed import DistError
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from studio.core.errors import StudioError
from studio.engine.device import ran_out_of_memory
from studio.engine.heads import plain_of
from studio.engine.layers import decoder_layers
from studio.engine.processes import left_alone


def divide(model: nn.Module, among: DeviceMesh) -> None:
    """Leave this process its part of every weight, on its device. Mutates the model, which all have alike.

    Until then the whole may lie on the processor: it goes to a card one layer after the other.
    """
    # The outermost is the one that is called: peft's own `forward` passes by the hooks of what is inside.
    for part in (*decoder_layers(plain_of(model)), model):
        # Put together only while at work, also the outermost: what is saved between two steps are the parts.
        sharded = fully_shard(part, mesh=among, reshard_after_forward=True)
        assert isinstance(sharded, FSDPModule)
        sharded.set_gradient_divide_factor(1.0)  # sums, as without dividing: the mean is taken over all rows
        sharded.set_force_sum_reduction_for_comms(True)  # gloo knows no other


def whole(tensor: Tensor) -> Tensor:
    """Return a tensor put together from all processes, each of which must ask; others as they are."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def own_part(tensor: Tensor) -> Tensor:
    """Return what this process holds of a tensor."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def gathered(tensors: Mapping[str, Tensor], *, kept: bool) -> dict[str, Tensor]:
    """Return tensors put together, those that were divided on the processor; none where they are not `kept`.

    One after the other, so that no card ever holds more than one of them whole.
    """
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        put_together = whole(tensor)
        if kept:
            found[name] = put_together.cpu() if isinstance(tensor, DTensor) else put_together
    return found


def like(tensor: Tensor, weight: Tensor) -> Tensor:
    """Return a whole tensor on the device of a weight, divided as it is where it has the same shape."""
    moved = tensor.to(weight.device)
    if not isinstance(weight, DTensor) or tensor.shape != weight.shape:
        return moved
    # All processes have read the same: nothing needs to be sent.
    return distribute_tensor(moved, weight.device_mesh, weight.placements, src_data_rank=None)


def side_by_side(work: Callable[[], None]) -> None:
    """Go through a divided model. Raises StudioError where memory runs out: the others cannot be met again in
    the middle of it, to begin anew with less."""
    try:
        work()
    except RuntimeError as error:
        if not ran_out_of_memory(error):
            raise
        raise StudioError(
            "The memory ran out in the middle of a step, where the other processes wait for this one's "
            "part of the model.",
            "Resume the run with more processes, or start one with a lower longest example (max_length).",
        ) from error


@contextmanager
def while_others_last() -> Iterator[None]:
    """Raise StudioError where another process has ended and left this one alone with its part."""
    try:
        yield
    except RuntimeError as error:
        # gloo has no class for it, and several words: the connection is closed, was reset, a write failed.
        if not isinstance(error, DistError) and "gloo/transport" not in str(error):
            raise
        raise left_alone() from error
