"""Examples in files that are mapped into memory: a row's tokens are read when the row is learned from.

A folder of flat arrays: `ids` and `learned` have an entry for each token (the latter also tells where a
further text of a row begins), `rows` has `COLUMNS` numbers for each example, `index.json` the labels of
classes and the rows that became no example. Nothing of them is held in memory, however many rows there are.
"""

import mmap
import sys
from array import array
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, overload

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example, Measured
from studio.core.shapes import shaped
from studio.store.files import Sealed, damaged, read_as, seal, told_plainly, write_json

COLUMNS = END, ROW, PLACE, CUT, TRAINED, LABEL = range(6)
"""Of an example: where its tokens end, the row of the user's file, the place of its record, the tokens that
were cut off, those that are learned, and its label by number."""
IDS, LEARNED, ROWS, INDEX = "ids.bin", "learned.bin", "rows.bin", "index.json"
READS_HELD = 4096
"""After so many examples the pages that were read are handed back to the system, which keeps them anyway
while it has room: a long run would else seem to hold the whole file."""
_RETURN = getattr(mmap, "MADV_DONTNEED", None)
_DAMAGED = "The rows are turned into tokens again."
_IS_LEARNED, _BEGINS = 1, 2


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that became no example: its place, its row, and why."""

    place: int
    row: int
    message: str
    hint: str


class TokenWriter:
    """Writes examples one after the other into an empty folder. Use it in a `with`, then `close` it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._end = folder, 0
        self._labels: dict[str, int] = {"": 0}
        self._unusable: list[Unusable] = []
        self._open = ExitStack()
        self._ids, self._learned, self._rows = (
            self._open.enter_context((folder / name).open("wb")) for name in (IDS, LEARNED, ROWS)
        )

    def __enter__(self) -> "TokenWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def append(self, example: Example, place: int) -> None:
        """Add an example of the record at `place`."""
        self._end += len(example.input_ids)
        label = self._labels.setdefault(example.label, len(self._labels))
        columns = (self._end, example.row, place, example.cut_tokens, example.trained_tokens, label)
        with told_plainly("The tokens of the rows"):
            self._ids.write(array("i", example.input_ids))
            self._learned.write(_marks(example))
            self._rows.write(array("q", columns))

    def note(self, unusable: Unusable) -> None:
        """Add a record that became no example."""
        self._unusable.append(unusable)

    def close(self) -> None:
        """Write the index, with the hashes of all arrays, as the last file."""
        with told_plainly("The tokens of the rows"):
            self._open.close()
            document = {
                "byte_order": sys.byteorder,
                "labels": list(self._labels),
                "unusable": [asdict(each) for each in self._unusable],
                "files": [asdict(file) for file in seal(self._folder)],
            }
            write_json(self._folder / INDEX, {"version": 1, **document})


@dataclass(frozen=True, slots=True)
class _Index:
    labels: tuple[str, ...]
    unusable: tuple[Unusable, ...]
    files: tuple[Sealed, ...]
    byte_order: str


class TokenFile:
    """The arrays of one folder, opened to be read. Raises StudioError where they are damaged."""

    def __init__(self, folder: Path) -> None:
        index = read_as(_index, folder / INDEX, hint=_DAMAGED)
        if index.byte_order != sys.byteorder or (names := damaged(folder, index.files)):
            what = names[0] if index.byte_order == sys.byteorder else INDEX
            raise StudioError(f"The file {folder / what} is damaged.", _DAMAGED)
        self.unusable, self.labels = index.unusable, index.labels
        self._maps = [_mapped(folder / name) for name in (IDS, LEARNED, ROWS)]
        views = [memoryview(each) for each in self._maps]
        self._ids, self._learned, self._table = views[0].cast("i"), views[1], views[2].cast("q")
        self._reads = 0

    def __len__(self) -> int:
        return len(self._table) // len(COLUMNS)

    def column(self, which: int) -> "array[int]":
        """Return one number of each example."""
        values = array("q", self._table[which :: len(COLUMNS)])
        self._hand_back()
        return values

    def example(self, at: int) -> Example:
        first = len(COLUMNS) * at
        end, row, _, cut, _, label = self._table[first : first + len(COLUMNS)]
        start = self._table[first - len(COLUMNS)] if at else 0
        ids = tuple(self._ids[start:end])
        learned = self._learned[start:end]
        labels = tuple(
            token if mark & _IS_LEARNED else IGNORED for token, mark in zip(ids, learned, strict=True)
        )
        starts = (
            (0, *(at for at, mark in enumerate(learned) if mark & _BEGINS))
            if max(learned, default=0) >= _BEGINS
            else (0,)
        )
        self._reads += 1
        if self._reads % READS_HELD == 0:
            self._hand_back()
        return Example(row, ids, labels, cut, self.labels[label], starts)

    def _hand_back(self) -> None:
        if _RETURN is not None:
            for each in self._maps:
                if isinstance(each, mmap.mmap):
                    each.madvise(_RETURN)


class Tokens(Measured):
    """Examples of a file, all or those at some places. Only the places are held in memory."""

    def __init__(self, file: TokenFile, places: Sequence[int] | None = None) -> None:
        self.file = file
        self._places: Sequence[int] = range(len(file)) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> Example: ...
    @overload
    def __getitem__(self, at: slice) -> "Tokens": ...
    def __getitem__(self, at: int | slice) -> "Example | Tokens":
        if isinstance(at, slice):
            return Tokens(self.file, self._places[at])
        return self.file.example(self._places[at])

    def rows(self) -> Sequence[int]:
        return self._column(ROW)

    def lengths(self) -> Sequence[int]:
        ends = self.file.column(END)
        return array("q", (ends[at] - (ends[at - 1] if at else 0) for at in self._places))

    def trained_tokens(self) -> Sequence[int]:
        return self._column(TRAINED)

    def cut_tokens(self) -> Sequence[int]:
        return self._column(CUT)

    def class_labels(self) -> Iterable[str]:
        return (self.file.labels[number] for number in self._column(LABEL))

    def only(self, places: Sequence[int]) -> "Tokens":
        if len(places) == len(self) and all(at == place for at, place in enumerate(places)):
            return self
        return Tokens(self.file, array("q", (self._places[at] for at in places)))

    def of_records(self, places: Iterable[int]) -> "Tokens":
        """Return the examples of the records at these places; what is learned in windows has several."""
        column = self._column(PLACE)
        wanted = bytearray(max(column, default=-1) + 1)  # a set of a million places would take 60 MB
        for place in places:
            if place < len(wanted):
                wanted[place] = 1
        return self.only(array("q", (at for at, place in enumerate(column) if wanted[place])))

    def _column(self, which: int) -> Sequence[int]:
        column = self.file.column(which)
        return array("q", (column[at] for at in self._places)) if len(self) < len(column) else column


def _marks(example: Example) -> bytearray:
    marks = bytearray(at != IGNORED for at in example.labels)
    for start in example.starts[1:]:
        marks[start] |= _BEGINS
    return marks


def _index(entries: dict[str, Any]) -> _Index:
    parts = {
        "labels": tuple(map(str, entries["labels"])),
        "unusable": tuple(shaped(Unusable, each) for each in entries["unusable"]),
        "files": tuple(shaped(Sealed, each) for each in entries["files"]),
    }
    return shaped(_Index, entries | parts)


def _mapped(path: Path) -> "mmap.mmap | bytes":
    """Map a file to be read; an empty one cannot be mapped."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
