"""That every number of a run stays one: what is not finite is never learned from and never saved."""

from collections.abc import Iterable

from torch import Tensor

from studio.core.errors import StudioError


class NotANumber(StudioError):
    """The run has left the numbers; the loop goes back to the last good point, once."""


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Return whether no value is NaN or infinite; whole numbers always are."""
    return all(bool(tensor.isfinite().all()) for tensor in tensors if tensor.is_floating_point())
