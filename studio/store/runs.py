"""Runs in the home: the folder is the database, and its events are the only truth about it."""

import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from studio.core.cleaning import Step, steps_from
from studio.core.config import RunConfig, read_config, to_dict
from studio.core.errors import Refused, StudioError
from studio.core.events import Event, JobProgressed, Recorded, RunQueued, StepLogged, Warned, decode, encode
from studio.core.shapes import shaped
from studio.store.checkpoints import Checkpoints
from studio.store.files import new_id, read_as, remove_folder, staged_folder, told_plainly, write_json
from studio.store.knowledge import Knowledge
from studio.store.owned import Owned
from studio.store.requests import Requests
from studio.store.turns import turn_to_write

_ID = re.compile(r"\d{8}-\d{6}-[a-z2-7]{16}")
_RESTORE = "Restore it from a copy, or delete the folder of this run."
_FREQUENT = (StepLogged, JobProgressed)
"""Events that are lost at worst with the steps they tell of; all others are synced to the disk."""


@dataclass(frozen=True)
class RunMeta:
    """What may change about a run, and what its data set was when it began: `cleaning` led to its rows."""

    name: str
    notes: str
    created_at: float
    dataset_name: str
    records_hash: str
    dataset_format: str = ""
    dataset_licence: str = ""
    dataset_hub_id: str = ""
    owner: str = "me"
    cleaning: tuple[Step, ...] = ()
    run_minutes: float = 0.0
    day_minutes: float = 0.0
    """What its owner might use when it was queued, see `core/limits.py`; 0 where there was no limit."""


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Which base model a run really began with: the hub's commit, and the hash of the weights."""

    model: str
    revision: str
    weights_hash: str
    licence: str


class RunFolder:
    """One run on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self.requests = Requests(path / "requests")
        self.checkpoints = Checkpoints(path / "checkpoints")
        self.knowledge = Knowledge(path / "knowledge")

    @property
    def events_file(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def records_file(self) -> Path:
        return self.path / "records.jsonl"

    def meta(self) -> RunMeta:
        return read_as(_meta, self.path / "meta.json", hint=_RESTORE)

    def write_meta(self, meta: RunMeta) -> None:
        with told_plainly("The change"):
            write_json(self.path / "meta.json", {"version": 1, **asdict(meta)})

    def config(self) -> RunConfig:
        return read_as(_config, self.path / "config.json", hint=_RESTORE)

    def source(self) -> SourceNote | None:
        """Return the base model's particulars; None before a worker has looked at it."""
        path = self.path / "source.json"
        return read_as(partial(shaped, SourceNote), path, hint=_RESTORE) if path.exists() else None

    def environment(self) -> dict[str, Any]:
        """Return the versions and the machine that the run was described on."""
        return read_as(dict, self.path / "environment.json", hint=_RESTORE)

    def write_source(self, source: SourceNote) -> None:
        write_json(self.path / "source.json", {"version": 1, **asdict(source)})

    @property
    def deleted(self) -> bool:
        """Whether somebody deleted the run since it was found."""
        return not self.path.is_dir()

    def append(
        self, event: Event, at: float | None = None, *, provided: Callable[[], bool] = lambda: True
    ) -> bool:
        """Add one line to the events where `provided` holds, and return whether it does.

        Writers take turns, so nothing is said between that question and the line. On an error the file is
        as it was; a torn tail of a crash is cut off.
        """
        with turn_to_write(self.events_file):
            if not provided():
                return False
            line = (encode(event, time.time() if at is None else at) + "\n").encode()
            self._write(line, synced=not isinstance(event, _FREQUENT))
        return True

    def _write(self, line: bytes, *, synced: bool) -> None:
        with self.events_file.open("ab+", buffering=0) as file:
            end = _end_of_last_line(file.fileno())
            try:
                file.truncate(end)
                if (written := file.write(line)) != len(line):
                    raise OSError(f"only {written} of {len(line)} bytes were written to {self.events_file}")
                if synced:
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(end)
                raise

    def read(self, offset: int = 0) -> tuple[list[Recorded], int]:
        """Return the events from a byte offset on, and the offset to go on from.

        A torn last line is left for the next read. A damaged line in between becomes a warning in its place.
        """
        if not self.events_file.exists():
            return [], offset
        with self.events_file.open("rb") as file:
            file.seek(offset)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        return [_decoded(line) for line in whole.splitlines()], offset + len(whole)

    def events_bytes(self) -> int:
        """Return how long the events are. Raises StudioError where a run that is there has none."""
        try:
            return self.events_file.stat().st_size
        except OSError as error:
            if self.deleted:
                raise
            problem = f"The file {self.events_file} cannot be read: {error.strerror}."
            raise StudioError(problem, _RESTORE) from error


def _meta(entries: dict[str, Any]) -> RunMeta:
    return shaped(RunMeta, {**entries, "cleaning": steps_from(entries.get("cleaning", ()))})


def _config(entries: dict[str, Any]) -> RunConfig:
    config = read_config({"version": 1, **entries})
    return shaped(RunConfig, vars(config))


def _end_of_last_line(descriptor: int) -> int:
    """Return the offset behind the last newline of a file."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - 65536)
        os.lseek(descriptor, start, os.SEEK_SET)
        newline = os.read(descriptor, end - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _decoded(line: bytes) -> Recorded:
    try:
        return decode(line.decode())
    except ValueError as error:
        message = "A line of this run's record is damaged on disk and was left out."
        return Recorded(
            0.0, Warned(message, f"The disk may be failing ({error}). Check it, and keep a copy.")
        )


class Runs(Owned):
    """All runs of a home, or those of one person."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _ID, lambda folder: RunFolder(folder).meta().owner)

    def create(
        self,
        config: RunConfig,
        meta: RunMeta,
        *,
        records: Path,
        environment: Mapping[str, Any],
    ) -> RunFolder:
        """Write a new run with its own copy of the records; its first event says that it waits."""
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(meta.created_at))
        path = self.path / f"{moment}-{new_id()}"
        with told_plainly("The run"), staged_folder(path) as staged:
            folder = RunFolder(staged)
            # Not a link: a byte that flips in one of them must not damage both.
            shutil.copyfile(records, folder.records_file)
            folder.write_meta(replace(meta, owner=self.owner or meta.owner))
            write_json(staged / "config.json", to_dict(config))
            write_json(staged / "environment.json", {"version": 1, **environment})
            folder.append(RunQueued(), meta.created_at)
        return RunFolder(path)

    def folder(self, run: str) -> RunFolder:
        """Return a run by its id. Raises Refused where there is none."""
        if not self.has(run):
            raise Refused(f"There is no run {run!r}.", "It may have been deleted; see the list of runs.")
        return RunFolder(self.path / run)

    def all(self) -> tuple[RunFolder, ...]:
        """Return all runs in no particular order of time."""
        return tuple(map(RunFolder, self.paths()))

    def matching(self, part: str) -> tuple[str, ...]:
        """Return the ids that begin with `part`, or whose random half does: for people who type."""
        names = sorted(folder.id for folder in self.all())
        return tuple(name for name in names if part and (name.startswith(part) or name[16:].startswith(part)))

    def delete(self, run: str) -> None:
        remove_folder(self.folder(run).path)
