"""How long every row is for a model: counted once in the background, kept in the home.

From these counts it is arithmetic what any longest example cuts off the rows of any run.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from studio.core.config import RunConfig
from studio.core.examples import IGNORED, Example
from studio.core.records import SourcedRecord
from studio.data.templates import ChatTemplate
from studio.engine.objectives import objective_named
from studio.services.examples import WHOLE, encode_rows
from studio.services.mistakes import plainly
from studio.services.packages import IMPORTING
from studio.services.rehearsals import here
from studio.store.files import read_as, write_json
from studio.store.home import Home


@dataclass(frozen=True, slots=True)
class RowLength:
    """A row as the model reads it. `learned_from` is the place of the first token that is learned.

    `tokens` is 0 where the model's template cannot write the row.
    """

    tokens: int
    learned_from: int


@dataclass(frozen=True, slots=True)
class Lost:
    """What a longest example does to rows: cut at the end, of those with nothing left, and not written."""

    cut: int
    nothing_left: int
    not_taken: int


def lengths_file(home: Home, config: RunConfig) -> Path:
    """Return where the lengths of these rows for this model are kept, or will be."""
    whole = [config.model, config.revision, config.objective, config.dataset_version]
    name = hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:16]
    return home.forecasts / "lengths" / f"{name}.json"


def lost(counted: Path, records: Iterable[SourcedRecord], max_length: int) -> Lost:
    """Return what becomes of these records at a longest example, from lengths that were counted."""
    lengths = _read(counted)
    found = [lengths[sourced.row] for sourced in records]
    long = [length for length in found if length.tokens > max_length]
    return Lost(
        cut=len(long),
        nothing_left=sum(length.learned_from >= max_length for length in long),
        not_taken=sum(not length.tokens for length in found),
    )


@lru_cache(maxsize=4)
def _read(counted: Path) -> dict[int, RowLength]:
    """Return the length by row; what was counted of a version never changes."""
    return read_as(_by_row, counted, hint="Delete this file: the rows are counted again.")


def _by_row(document: dict[str, Any]) -> dict[int, RowLength]:
    columns = zip(document["rows"], document["tokens"], document["learned_from"], strict=True)
    return {row: RowLength(tokens, learned_from) for row, tokens, learned_from in columns}


class Counting:
    """Counts what it is asked for, one after the other, in its own thread: it does not wait for a run."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._asked: dict[Path, RunConfig] = {}
        self._problems: dict[Path, str] = {}
        self._thread: threading.Thread | None = None
        self._opened = False

    def open(self) -> None:
        """Begin with what was asked for so far."""
        with self._lock:
            self._opened = True
            self._begin()

    def close(self) -> None:
        """Stop, and wait for the row that is under way."""
        self._closing.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def ask(self, config: RunConfig) -> str:
        """Ask for the lengths of a run's rows; return why there will be none, or nothing."""
        target = lengths_file(self._home, config)
        with self._lock:
            if not target.exists() and target not in self._problems:
                self._asked[target] = config
                self._begin()
            return self._problems.get(target, "")

    def _begin(self) -> None:
        if self._opened and self._asked and self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._work, name="studio-lengths", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while (wanted := self._next()) is not None:
            target, config = wanted
            try:
                count(self._home, config, target, stopping=self._closing.is_set)
            except Exception as error:
                # A thread of its own: what is not told here would be lost with it.
                told = plainly(error, self._home.path, what="The rows could not be counted")
                with self._lock:
                    self._problems[target] = str(told)

    def _next(self) -> tuple[Path, RunConfig] | None:
        with self._lock:
            while self._asked and not self._closing.is_set():
                target, config = self._asked.popitem()
                if not target.exists():
                    return target, config
            self._thread = None
            return None


def count(home: Home, config: RunConfig, target: Path, *, stopping: Callable[[], bool]) -> None:
    """Write how long each row of a data set version is; nothing where the model is not here, or stopped."""
    source = here(config)
    if source is None:
        return
    with IMPORTING:
        from studio.engine.models import load_tokenizer

    template, objective = ChatTemplate(load_tokenizer(source)), objective_named(config.objective)
    records = home.datasets.folder(config.dataset).open_records(config.dataset_version)
    rows, lengths = [], []
    for sourced, example in encode_rows(records, objective, template, max_length=WHOLE):
        if stopping():
            return
        rows.append(sourced.row)
        lengths.append(_length(example) if isinstance(example, Example) else RowLength(0, 0))
    target.parent.mkdir(parents=True, exist_ok=True)
    columns = {"tokens": [length.tokens for length in lengths]}
    columns["learned_from"] = [length.learned_from for length in lengths]
    write_json(target, {"version": 1, "rows": rows, **columns})


def _length(example: Example) -> RowLength:
    """The first token of all is never learned: there is nothing before it to tell it from.

    Of a row that is sorted into a class something is learned however much of it is cut.
    """
    tokens = len(example.input_ids)
    if example.label:
        return RowLength(tokens, 0)
    learned = (at for at in range(1, tokens) if example.labels[at] != IGNORED)
    return RowLength(tokens, next(learned, tokens))
