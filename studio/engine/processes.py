"""Several processes that train one run together: which of them this is, and what they tell each other.

`torchrun` starts them, one for each graphics card or for some of the cores. Each learns from its share of
every step's rows; losses and gradients are summed over all, so that together they do what one would. The
first process leads: it alone writes the run's folder and is asked to stop. One process costs nothing of this.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from studio.core.errors import Refused, StudioError

if TYPE_CHECKING:
    from torch import Tensor

Result = TypeVar("Result")

PATIENCE = timedelta(days=7)
"""The others wait while the first saves or answers a question. That one died is noticed at once all the same:
its connections close, and torchrun ends the rest."""
_NUMBERS_AT_ONCE = 16_000_000
"""Gradients travel in pieces of so many numbers (64 MB): each needs room beside them."""


@dataclass(frozen=True)
class Processes:
    """Who this process is among `count`; `local_count` of them share this machine."""

    rank: int = 0
    count: int = 1
    local_rank: int = 0
    local_count: int = 1

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def summed(self, numbers: Sequence[float]) -> list[float]:
        """Return the sums of these numbers over all processes."""
        return self._reduced(numbers, "SUM")

    def largest(self, numbers: Sequence[float]) -> list[float]:
        """Return of each number the largest that any process has."""
        return self._reduced(numbers, "MAX")

    def any(self, claim: bool) -> bool:
        """Return whether the claim holds in one of the processes: all of them go on alike."""
        return self.largest([claim]) == [1.0]

    def in_turn(self, work: Callable[[], Result]) -> Result:
        """Do the work while no other process of this machine does it: there may be room for one at a time."""
        (turns,) = self.largest([self.local_count])
        for turn in range(round(turns)):
            if turn == self.local_rank:
                done = work()
            self.meet()
        return done

    def meet(self) -> None:
        """Wait until all are here."""
        self.any(False)

    def of_first(self, numbers: Sequence[float]) -> list[float]:
        """Return the numbers that the first process has; all must give as many."""
        return self.summed(numbers if self.leads else [0.0] * len(numbers))

    def words_of_first(self, words: str) -> str:
        """Return the text that the first process has; what the others give is not looked at."""
        letters = words.encode() if self.leads else b""
        (length,) = self.of_first([len(letters)])
        return bytes(map(int, self.of_first(list(letters) or [0.0] * int(length)))).decode()

    def check_same(self, number: float, what: str) -> None:
        """Raise StudioError, in all processes, where they have different numbers."""
        high, low = self.largest([number, -number])
        if high != -low:
            raise StudioError(
                f"The {self.count} processes see different {what}.",
                "Put the home folder on a disk that all machines of the run share.",
            )

    def sum_gradients(self, weights: Sequence["Tensor"]) -> None:
        """Let each weight have the sum of its gradients over all processes. Mutates them.

        A weight that no process has a gradient of keeps none.
        """
        if self.count == 1:
            return
        learned = self.largest([weight.grad is not None for weight in weights])
        moved = [weight for weight, found in zip(weights, learned, strict=True) if found]
        for weight in moved:
            if weight.grad is None:
                weight.grad = weight.new_zeros(weight.shape)
        for piece in _pieces([weight.grad for weight in moved if weight.grad is not None]):
            self._sum_together(piece)

    def draw_apart(self, seed: int, step: int) -> None:
        """Let this process draw other random numbers than the others in a step.

        The first goes on with its own, which are saved; those of the others follow from the step, so that a
        resumed run is bit-equal.
        """
        import torch

        if not self.leads:
            torch.manual_seed(random.Random(f"{seed}/{step}/{self.rank}").getrandbits(63))

    def _reduced(self, numbers: Sequence[float], how: str) -> list[float]:
        if self.count == 1:
            return [float(number) for number in numbers]
        import torch
        from torch import distributed

        together = torch.tensor(numbers, dtype=torch.float64)
        try:
            distributed.all_reduce(together, getattr(distributed.ReduceOp, how))
        except RuntimeError as error:
            raise left_alone() from error
        return together.tolist()

    def _sum_together(self, gradients: Sequence["Tensor"]) -> None:
        import torch
        from torch import distributed

        flat = torch.cat([gradient.flatten() for gradient in gradients])
        try:
            distributed.all_reduce(flat)
        except RuntimeError as error:
            raise left_alone() from error
        parts = flat.split([gradient.numel() for gradient in gradients])
        torch._foreach_copy_(
            list(gradients),
            [part.view_as(gradient) for part, gradient in zip(parts, gradients, strict=True)],
        )


ONE = Processes()
"""What a run has that nobody launched in another way."""


def _pieces(gradients: Sequence["Tensor"]) -> list[list["Tensor"]]:
    """Cut gradients into lists of one format that travel together."""
    pieces: list[list[Tensor]] = []
    numbers = 0
    for gradient in gradients:
        alike = bool(pieces) and pieces[-1][0].dtype == gradient.dtype
        if not alike or numbers + gradient.numel() > _NUMBERS_AT_ONCE:
            pieces.append([])
            numbers = 0
        pieces[-1].append(gradient)
        numbers += gradient.numel()
    return pieces


def left_alone() -> StudioError:
    """Return what to say where another process has ended."""
    return StudioError(
        "Another process of this run ended, so the others cannot go on.",
        "See what it printed, then resume the run: it goes on from its newest save.",
    )


def launched(environment: Mapping[str, str]) -> Processes:
    """Return what torchrun says in the environment; without it, or alone in it, this is the one process.

    Raises Refused where the environment says something that cannot be.
    """
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    said = {name: environment[name] for name in names if name in environment}
    if said.get("WORLD_SIZE", "1") == "1":
        return ONE
    try:
        rank, count, local_rank, local_count = (int(said[name]) for name in names)
    except (KeyError, ValueError) as error:
        raise _unclear(said) from error
    if not (0 <= rank < count and 0 <= local_rank < local_count <= count):
        raise _unclear(said)
    return Processes(rank, count, local_rank, local_count)


def _unclear(said: Mapping[str, str]) -> Refused:
    told = ", ".join(f"{name}={value}" for name, value in said.items())
    return Refused(
        f"The environment names several processes, and not which of them this is: {told}.",
        "Start the run with torchrun, or without any launcher.",
    )


def join(processes: Processes) -> None:
    """Meet the other processes, once, before anything else is done together. One process meets nobody.

    Raises Refused where there are more processes than graphics cards, StudioError where those who come are
    not as many as torchrun said.
    """
    if processes.count == 1:
        return
    import torch
    from torch import distributed

    backend = "gloo"
    if cards := torch.cuda.device_count():
        if processes.local_count > cards:
            raise Refused(
                f"{processes.local_count} processes were started on this machine, which has {cards} graphics "
                f"{'card' if cards == 1 else 'cards'}.",
                f"Start {cards}: torchrun --nproc_per_node {cards} ...",
            )
        torch.cuda.set_device(processes.local_rank)
        backend = "cpu:gloo,cuda:nccl"
    distributed.init_process_group(backend, timeout=PATIENCE)
    here, (came,) = distributed.get_world_size(), processes.summed([1.0])
    if not processes.count == here == came:
        raise StudioError(
            f"torchrun said {processes.count} processes, and {came:.0f} came together.",
            "Start the run with torchrun; another launcher may start one process and say nothing.",
        )


def part(processes: Processes) -> None:
    """Leave the others once all is done.

    Threads that still listen to them when the interpreter ends can abort it: seen once in a test, "terminate
    called without an active exception" after the last step.
    """
    if processes.count == 1:
        return
    from torch import distributed

    if distributed.is_initialized():
        distributed.destroy_process_group()
