"""What services hand to the screen about cleaning and uploading data: plain frozen values."""

from dataclasses import dataclass
from typing import Literal

from studio.core.cleaning import Step
from studio.core.report import DatasetReport
from studio.data.blanks import Blank

__all__ = [
    "ChangeView",
    "ChangedRow",
    "FixOffer",
    "FixPreview",
    "Role",
    "RowToFill",
    "RowsToFill",
    "Span",
    "Step",
    "UploadView",
]

UploadState = Literal["reading", "done", "failed", "stopped"]


Role = Literal["context", "learned", "avoided", "expected", "cut"]
"""Of a piece of an example: “avoided” is the worse answer, “expected” what a reward can compare with."""


@dataclass(frozen=True)
class Span:
    """A piece of one example as the model will read it."""

    text: str
    role: Role


@dataclass(frozen=True)
class FixOffer:
    """A fix that one finding can be mended with. `edit` asks for a row and its new text: see `edit_cell`."""

    id: str
    title: str
    summary: str
    recommended: bool


@dataclass(frozen=True)
class ChangedRow:
    """What a fix does to a row, as text: only what changes of it; a long text is cut around that place.

    `after` is None where the row is dropped. A row that is added stands in `before` as the file has it.
    """

    row: int
    before: str
    after: str | None


@dataclass(frozen=True)
class FixPreview:
    """What a fix would do to the whole data set, in rows, with the first examples (at most five)."""

    changed: int
    dropped: int
    added: int
    examples: tuple[ChangedRow, ...]
    version: str
    """Hand it to `apply_fix`, which refuses where the data set has changed since."""


@dataclass(frozen=True)
class RowToFill:
    """A row that was set aside, with its texts as the file has them."""

    row: int
    blanks: tuple[Blank, ...]


@dataclass(frozen=True)
class RowsToFill:
    """The first of `count` rows that were set aside for one reason, in this version of the data set."""

    rows: tuple[RowToFill, ...]
    count: int
    version: str


ChangeState = Literal["working", "done", "failed", "stopped"]


@dataclass(frozen=True)
class ChangeView:
    """A change of a data set on its way; until it is "done" the rows are what they were. `fix`: see `Step`.

    `rows` of `total` have been looked at; `share` goes to 1.
    """

    id: str
    fix: str
    state: ChangeState
    total: int
    rows: int = 0
    share: float = 0.0
    stopping: bool = False
    error: str = ""
    hint: str = ""


@dataclass(frozen=True)
class UploadView:
    """A file on its way into the home. `dataset` is its id once the state is "done"; `share` goes to 1.

    `partial` is the report on the first rows, while the rest is read; None before they are checked.
    `total_bytes` is 0 unless the file is fetched from elsewhere before it is read.
    """

    id: str
    name: str
    state: UploadState
    rows: int = 0
    share: float = 0.0
    partial: DatasetReport | None = None
    dataset: str = ""
    error: str = ""
    hint: str = ""
    fetched_bytes: int = 0
    total_bytes: int = 0
