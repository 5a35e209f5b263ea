"""Rehearsals: a few steps of a run to come, timed when the worker is idle; the home keeps the pace.

One for each data set version, model, tuning, length and machine.
"""

import hashlib
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial

from studio.core.config import DataSettings, Keeping, Optimisation, RunConfig
from studio.core.errors import StudioError
from studio.core.examples import Example
from studio.core.knobs import to_dict
from studio.core.records import SourcedRecord
from studio.core.sampling import Sampling
from studio.core.shapes import shaped
from studio.data.templates import ChatTemplate
from studio.engine.objectives import learns_from_reward, objective_named
from studio.engine.outputs import outputs_of
from studio.engine.sources import ModelSource, source_here
from studio.engine.tunings import tuning_named
from studio.services.examples import encode_rows
from studio.services.mistakes import plainly
from studio.store.files import STAGING, digest, new_id, read_as, write_bytes, write_json
from studio.store.home import Home

SAMPLED_ROWS = 400
LONGEST_ROWS = 16
"""Of all rows, by their bytes on disk: the memory is that of the longest batch, which no sample need hold."""
SAVED_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """What a rehearsal measured; `tokens_per_row` is the mean of the data it was held with."""

    seconds_per_token: float
    evaluation_seconds_per_token: float
    spread: float
    peak_memory_bytes: int
    load_seconds: float
    trainable_parameters: int
    tokens_per_row: float
    whole_run: bool = False
    """The memory is that of a run from begin to end, and no longer that of a few steps."""
    lasting_memory_bytes: int = 0
    """Of the memory: what does not grow with the steps; 0 where it was not measured."""
    pieces_per_row: float = 1.0
    """More where long rows are learned in windows: steps are counted in these."""
    saved_bytes_per_second: float = 0.0
    """Of a checkpoint; 0 where it was not measured."""
    reply_seconds: float = 0.0
    """Of an answer of the untouched model that is mixed in; 0 where none is."""


def here(config: RunConfig) -> ModelSource | None:
    """Return the model where its files lie on this machine; a forecast downloads nothing."""
    return source_here(config.model, config.revision)


def key_of(config: RunConfig) -> str:
    """Name what a pace depends on: model, tuning with its settings, length, batch size, data, machine."""
    tuning = to_dict(config.part(tuning_named(config.tuning).Config))
    batch, length = config.part(Optimisation).batch_size, config.part(DataSettings).max_length
    whole = [config.model, config.revision, config.tuning, tuning, batch, length, platform.node()]
    whole += [config.objective, config.dataset_version]
    if learns_from_reward(config.objective):
        whole += [to_dict(config.part(Sampling))]
    keeping = config.part(Keeping)
    whole += [name for name, value in vars(keeping).items() if value]  # what is off leaves the key as it was
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


def known_pace(home: Home, config: RunConfig) -> Pace | None:
    """Return what was measured; None where nothing is that can be read: then it is measured anew."""
    try:
        return read_as(partial(shaped, Pace), home.forecasts / f"{key_of(config)}.json", hint="")
    except (FileNotFoundError, StudioError):
        return None


def remember_run(home: Home, config: RunConfig, peak_memory_bytes: int) -> None:
    """Let the next forecast of such a run tell the memory that this one took."""
    pace = known_pace(home, config)
    if pace is not None and peak_memory_bytes:
        _keep(home, config, replace(pace, peak_memory_bytes=peak_memory_bytes, whole_run=True))


def _keep(home: Home, config: RunConfig, pace: Pace) -> None:
    write_json(home.forecasts / f"{key_of(config)}.json", {"version": 1, **asdict(pace)})


class Rehearsals:
    """The rehearsals that were asked for; the last one asked for goes first: somebody is looking at it."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._asked: dict[str, RunConfig] = {}
        self._problems: dict[str, str] = {}
        self._current = ""

    def ask(self, config: RunConfig) -> str:
        """Ask for a rehearsal; return why there will be none, or nothing."""
        key = key_of(config)
        with self._lock:
            if key not in self._problems and key != self._current:
                self._asked.pop(key, None)
                self._asked[key] = config
            return self._problems.get(key, "")

    def any_waits(self) -> bool:
        with self._lock:
            return bool(self._asked)

    def do_next(self, interrupted: Callable[[], bool]) -> None:
        """Measure one pace; an interrupted one is asked for again by the next look at the forecast."""
        with self._lock:
            self._current, config = self._asked.popitem()
        pace = _rehearse(self._home, config, interrupted)
        if pace is not None:
            _keep(self._home, config, pace)
        with self._lock:
            self._current = ""

    def fail(self, error: Exception) -> None:
        """Try such a rehearsal no more: the run itself will say what is wrong."""
        known = plainly(error, self._home.path)
        with self._lock:
            self._problems[self._current] = f"A few steps were tried, and that failed. {known}"
            self._current = ""


def _rehearse(home: Home, config: RunConfig, interrupted: Callable[[], bool]) -> Pace | None:
    from studio.engine.forecast import rehearse
    from studio.engine.models import load_tokenizer

    source = here(config)
    if source is None:
        return None
    tokenizer = load_tokenizer(source)
    template, objective = ChatTemplate(tokenizer), objective_named(config.objective)
    records = home.datasets.folder(config.dataset).open_records(config.dataset_version)
    max_length = config.part(DataSettings).max_length

    def encoded(found: Iterable[SourcedRecord]) -> list[Example]:
        rows = encode_rows(found, objective, template, max_length=max_length)
        return [example for _, example in rows if isinstance(example, Example)]  # as the run itself does

    examples = encoded(records[:: max(1, len(records) // SAMPLED_ROWS)])
    longest = encoded(records.at(records.longest(LONGEST_ROWS)))
    source = replace(source, labels=outputs_of(config.objective, [*examples, *longest]))
    found = rehearse(config, source, tokenizer, examples, longest=longest, should_stop=interrupted)
    if found is None:
        return None
    rows = len({example.row for example in examples})
    return Pace(
        **asdict(found),
        tokens_per_row=sum(len(example.input_ids) for example in examples) / rows,
        pieces_per_row=len(examples) / rows,
        saved_bytes_per_second=_saving_speed(home),
    )


def _saving_speed(home: Home) -> float:
    """Return how many bytes a second are saved in the home, synced and hashed as a checkpoint is."""
    path = home.forecasts / f"{STAGING}{new_id()}"
    content, began = os.urandom(SAVED_BYTES), time.monotonic()
    try:
        write_bytes(path, content)
        digest(path)
    finally:
        path.unlink(missing_ok=True)
    return SAVED_BYTES / (time.monotonic() - began)
