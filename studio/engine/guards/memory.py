"""Whether a batch fits, asked before it is tried: on a processor the system ends the process without a word.

The need is arithmetic at first, and set right by what the batches so far really took. On a graphics card
PyTorch says when memory runs out, so nothing is foreseen there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from studio.core import system
from studio.core.examples import Example
from studio.data.packing import apart

RESERVE_SHARE, RESERVE_BYTES = 0.05, 128_000_000
"""Of the machine's memory this part, and at least so many bytes, stay free for everything else."""
NEAR = 0.7
"""A batch that takes more of the free memory than this is put on record before it is tried."""
NOTICEABLE_BYTES = 64_000_000
"""Less growth than this says nothing about a batch: allocators and caches grow in such steps."""
_SURE = (0.25, 4.0)
"""A measurement that is further from the arithmetic than this met something else."""


class NoRoom(RuntimeError):
    """A batch would not fit. `fitting_tokens` would; `single`: it is one row, and cannot be split."""

    def __init__(self, needed_bytes: float, free_bytes: float, tokens: int, *, single: bool) -> None:
        super().__init__(f"{needed_bytes:.0f} bytes are needed and {free_bytes:.0f} are free")
        self.needed_bytes, self.free_bytes, self.single = needed_bytes, max(0.0, free_bytes), single
        self.fitting_tokens = int(tokens * self.free_bytes / needed_bytes)


class NoRoomElsewhere(NoRoom):
    """Another process of the run found no room: `fitting_tokens` would fit in each of them."""

    def __init__(self, fitting_tokens: int, *, single: bool) -> None:
        RuntimeError.__init__(self, f"a process of this run has room for {fitting_tokens} tokens at once")
        self.fitting_tokens, self.single = fitting_tokens, single


@dataclass(frozen=True, slots=True)
class ModelSize:
    """What the arithmetic knows of a model. `longest_products`: up to there attention keeps its matrix."""

    width: int
    layers: int
    heads: int
    vocabulary: int
    number_bytes: int
    longest_products: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A batch as memory sees it."""

    rows: int
    length: int
    learned: int

    @property
    def tokens(self) -> int:
        return self.rows * self.length


class Machine(Protocol):
    """Where memory is looked up; the tests bring one of their own."""

    def free_bytes(self) -> int: ...
    def total_bytes(self) -> int: ...
    def held_bytes(self) -> int: ...
    def give_back(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ThisMachine:
    """The machine, or the container, that this process runs in; of several each may take an equal part."""

    processes: int = 1

    def free_bytes(self) -> int:
        return system.memory().available_bytes // self.processes

    def total_bytes(self) -> int:
        return system.memory().total_bytes // self.processes

    def held_bytes(self) -> int:
        return system.process_memory_bytes()

    def give_back(self) -> None:
        system.give_back_memory()


def shape_of(group: Sequence[Example], *, side_by_side: bool = False) -> Shape:
    """Return the shape that `batches.collate` will give these examples.

    `side_by_side`: each text of an example gets a row of its own, as long as the longest of all; they count
    as one row of all their places, since they cannot be learned from apart.
    """
    longest = max(_places(example) if side_by_side else len(example.input_ids) for example in group)
    return Shape(len(group), longest, sum(example.trained_tokens for example in group))


def _places(example: Example) -> int:
    return len(example.starts) * max(len(text.input_ids) for text in apart(example))


def needed_bytes(shape: Shape, model: ModelSize, *, training: bool) -> int:
    """Return what a batch takes beyond the model, by arithmetic.

    Source: about 34 numbers of the model's width for each token and layer are kept for the way back
    (arXiv:2205.05198, section 4), without one only for the layer at work; attention keeps its matrix of
    probabilities; of each learned token its logits and their gradient.
    """
    layers = model.layers if training else 1
    square = shape.length**2 if shape.length <= model.longest_products else 0
    numbers = shape.tokens * 34 * model.width * layers
    numbers += shape.rows * model.heads * square * layers
    numbers += shape.learned * model.vocabulary * (2 if training else 1)
    return numbers * model.number_bytes


class MemoryGuard:
    """Remembers the largest batch so far and what it took."""

    def __init__(
        self,
        model: ModelSize | None,
        *,
        moments_bytes: int = 0,
        machine: Machine | None = None,
        side_by_side: bool = False,
    ) -> None:
        """`model` None: nothing is foreseen. `moments_bytes`: what the optimiser holds after a step.
        `side_by_side`: see `shape_of`."""
        self._model, self._machine = model, machine or ThisMachine()
        self._shape = partial(shape_of, side_by_side=side_by_side)
        self._at_rest = self._machine.held_bytes()
        self._moments_bytes = moments_bytes
        self._largest = 0
        self._correction = 1.0
        self._measured = False
        self.tell: Callable[[int, int, int], None] = lambda tokens, needed, free: None
        """Told tokens, bytes needed and bytes free of a batch near the limit, before it is tried."""

    def admit(self, groups: Sequence[Sequence[Example]], *, training: bool) -> None:
        """Let the groups of a step be tried. Raises NoRoom where the largest would not fit."""
        if self._model is None or not groups:
            return
        shapes = [self._shape(group) for group in groups]
        plain, shape = max(
            ((needed_bytes(shape, self._model, training=training), shape) for shape in shapes),
            key=lambda found: found[0],
        )
        needed = plain * self._correction
        free = self._free() + self._reusable()
        if needed > free:
            self._machine.give_back()
            free = self._free()
        single = shape.rows == 1
        # Before anything was measured a single row is tried: the arithmetic alone is no reason to give up.
        if needed > free and not (single and not self._measured):
            raise NoRoom(needed, free, shape.tokens, single=single)
        if plain > self._largest and needed > NEAR * free:
            self.tell(shape.tokens, round(needed), max(0, round(free)))

    def learn(self, groups: Sequence[Sequence[Example]]) -> None:
        """Set the arithmetic right by what these groups took; call it after they were learned from."""
        if self._model is None or not groups:
            return
        plain = max(needed_bytes(self._shape(group), self._model, training=True) for group in groups)
        if plain <= self._largest:
            return
        grown = self._machine.held_bytes() - self._at_rest
        self.optimiser_is_held()  # from the end of the first step on
        self._largest = plain
        if grown >= NOTICEABLE_BYTES:
            low, high = _SURE
            self._correction = min(high, max(low, grown / plain))
            self._measured = True

    def optimiser_is_held(self) -> None:
        """Count the optimiser's state to what is held at rest; only the first call does anything."""
        self._at_rest += self._moments_bytes
        self._moments_bytes = 0

    def _free(self) -> float:
        total = self._machine.total_bytes()
        return self._machine.free_bytes() - max(RESERVE_BYTES, RESERVE_SHARE * total)

    def _reusable(self) -> float:
        """Return what this process holds of earlier batches and will use again."""
        held = self._machine.held_bytes() - self._at_rest
        return max(0.0, min(held, self._largest * self._correction))
