"""What an exporter is given, and what it hands back. Plain values; importing this needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from studio.core.config import RunConfig
from studio.core.exam import Exam
from studio.core.records import SourcedRecord
from studio.exporters.facts import DatasetFacts, RunFacts

if TYPE_CHECKING:
    from studio.engine.sources import ModelSource


Row = TypeVar("Row")
ROWS_BETWEEN_LOOKS = 1000


class Stopped(Exception):
    """Raised inside an export that is to stop; `publish.export` then leaves nothing of it."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class ExportJob:
    """One run, ready to be handed over. `checkpoint` is the folder of the checkpoint at `step`.

    `training` and `held_out` are the records as the run split them; `exam` is None where none was held for
    these very weights. `facts` tell the rest of its story. Whoever asks `should_stop` may find that another
    model answered a question of Compare meanwhile.
    """

    config: RunConfig
    source: ModelSource
    checkpoint: Path
    step: int
    dataset: DatasetFacts
    training: Sequence[SourcedRecord]
    held_out: Sequence[SourcedRecord]
    facts: RunFacts
    exam: Exam | None = None
    settings: object = None
    should_stop: Callable[[], bool] = _never

    def go_on(self) -> None:
        """Raise Stopped where the export is to stop: asked between the parts of a stage that takes long."""
        if self.should_stop():
            raise Stopped

    def going_on(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows one by one. Raises Stopped between some of them where the export is to stop."""
        for number, row in enumerate(rows):
            if number % ROWS_BETWEEN_LOOKS == 0:
                self.go_on()
            yield row


@dataclass(frozen=True)
class Amounts:
    """What the size of an export follows from, known before it is made.

    `tokenizer_bytes` are the files of the base's tokenizer; `rows_bytes` the rows of the run as the studio
    keeps them, `held_out_rows_bytes` those that were held back. `base_bytes` are the base's weights as
    they lie on the disk, where what was learned cannot become part of them: a page then holds both; else 0.
    """

    trained_parameters: int
    all_parameters: int
    tokenizer_bytes: int
    rows_bytes: int
    held_out_rows_bytes: int
    base_bytes: int = 0


LARGEST_LOGIT_DIFFERENCE = 5e-3
"""What parity allows. Merging LoRA into float32 weights moved logits by 9e-5 (they reach about 25)."""


READ_WITH = {
    "transformers": "plain transformers",
    "peft": "plain transformers and peft",
    "gguf": "plain transformers",
    "onnx": "onnxruntime",
}
"""What loads the files of each library, as a stranger has it."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Parity:
    """The exported files, loaded as a stranger would, against the studio's own model; greedy, float32.

    `max_logit_difference` is over all answer tokens up to the first that differs.
    """

    prompts: int
    equal_answers: int
    max_logit_difference: float
    passed: bool
    form: str = ""
    """What the numbers were rounded to; "" where they were not. The next two are told of rounded ones."""
    same_next: float = 1.0
    """The share of places of the studio's answers at which both find the same next token likeliest."""
    divergence: float = 0.0
    """Mean Kullback-Leibler divergence of the chances there, in nats."""
    also: str = ""
    """What else read the files, and what it found."""


@dataclass(frozen=True)
class Exported:
    """A published export folder. `parity` is None for exports that hold no weights."""

    kind: str
    path: Path
    files: tuple[ExportedFile, ...]
    parity: Parity | None
