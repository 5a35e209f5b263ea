"""The home folder: where everything a person made is kept, and who does the work in it."""

import copy
import os
import re
import shutil
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.limits import NO_LIMITS, Limits
from studio.core.shapes import shaped
from studio.core.system import FileLock, is_locked
from studio.store.datasets import Datasets
from studio.store.files import new_id, read_as, sweep, write_json
from studio.store.incoming import Incoming
from studio.store.owned import ME
from studio.store.replies import Replies
from studio.store.runs import Runs
from studio.store.spent import Spent
from studio.store.talks import Talks
from studio.store.token_cache import TokenCache

_TRIES, _PAUSE_SECONDS = 20, 0.01
_OLD_SECONDS = 86400
_WORKER = re.compile(r"worker-[a-z2-7]{16}")


@dataclass(frozen=True, slots=True)
class Holder:
    """The process whose worker holds the home; the process id is for display only."""

    worker: str
    process: int
    active: str = ""
    """The run that is being worked on, and `doing` what for: also before it has said a word."""
    doing: str = ""


class Home:
    """A home folder. Reading it needs nothing; only the one worker holds it."""

    def __init__(self, path: Path, limits: Limits = NO_LIMITS) -> None:
        self.path, self.limits = path, limits
        self.datasets = Datasets(path / "datasets")
        self.incoming = Incoming(self.datasets.path)
        self.runs = Runs(path / "runs")
        self.forecasts = path / "forecasts"
        self.tokens = TokenCache(path / "tokens")
        self.replies = Replies(path / "replies")
        self.spent = Spent(path / "spent.json")
        self.talks = Talks(path / "talks")
        self.whole = self
        """The home as the worker sees it; another one only where this is what one person sees of it."""
        self._lock: FileLock | None = None
        self._alive: FileLock | None = None
        self._worker = ""
        self._told: Holder | None = None
        try:
            for folder in (self.datasets.path, self.runs.path, self.talks.path, self.forecasts):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StudioError(
                f"The home folder {path} cannot be made: {error.strerror}.",
                "Choose a folder that you may write to with --home, or free some space.",
            ) from error

    @property
    def owner(self) -> str:
        """Whose is what is made here."""
        return self.runs.owner or ME

    def owned_by(self, owner: str) -> "Home":
        """Return the home as one person sees it: nothing of anybody else's is listed or found, and what is
        made there is that person's. Only the whole home can be taken."""
        seen = copy.copy(self.whole)
        seen.datasets, seen.runs = self.datasets.owned_by(owner), self.runs.owned_by(owner)
        seen.talks = self.talks.owned_by(owner)
        return seen

    @property
    def _life_signs(self) -> Path:
        return self.path / "workers"

    def take(self) -> str | None:
        """Hold the home for this process and return the new worker's id; None where another holds it.

        What earlier processes left half-made is swept away. Raises StudioError where the home is read-only.
        """
        assert self._lock is None
        assert self.whole is self
        try:
            self._lock = self._patiently()
            if self._lock is None:
                return None
            self._worker = f"worker-{new_id()}"
            # A lock of its own tells whether the worker that holder.json names is alive: that file still
            # names the one before for a moment after the home's lock has changed hands.
            self._life_signs.mkdir(exist_ok=True)
            self._alive = FileLock.take(self._life_signs / self._worker)
            self.tell("", "")
            self._sweep()
        except OSError as error:
            self.release()
            raise StudioError(
                f"The home folder {self.path} cannot be written: {error.strerror}.",
                "Free some space or allow writing to it, or choose another folder with --home.",
            ) from error
        return self._worker

    def tell(self, run: str, doing: str) -> None:
        """Let every process know what the worker of this home does now."""
        self._told = Holder(self._worker, os.getpid(), run, doing)
        write_json(self.path / "holder.json", {"version": 1, **asdict(self._told)})

    def _patiently(self) -> FileLock | None:
        # Probes of readers hold the lock for an instant; one refusal says nothing.
        for _ in range(_TRIES):
            if (lock := FileLock.take(self.path / "lock")) is not None:
                return lock
            time.sleep(_PAUSE_SECONDS)
        return None

    def _sweep(self) -> None:
        """Checkpoints and exports are the worker's alone; the rest may be in another process's hands."""
        kept = (self.forecasts, self.tokens.path, self.replies.path, self.talks.path)
        for folder in (self.path, self.datasets.path, self.runs.path, *kept):
            sweep(folder, older_than_seconds=_OLD_SECONDS)
        self.incoming.sweep(older_than_seconds=_OLD_SECONDS)
        for dataset in self.datasets.all():
            for folder in (versions := dataset.path / "versions", *versions.glob("*/")):
                sweep(folder, older_than_seconds=_OLD_SECONDS)
        for life_sign in self._life_signs.iterdir():
            if not is_locked(life_sign):
                life_sign.unlink(missing_ok=True)
        for run in self.runs.all():
            sweep(run.path, older_than_seconds=_OLD_SECONDS)
            sweep(run.path / "checkpoints")
            sweep(run.path / "exports")

    def release(self) -> None:
        """Let another process do the work."""
        if self._alive is not None:
            self._alive.release()
            (self._life_signs / self._worker).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()
        self._alive = self._lock = self._told = None

    def holder(self) -> Holder | None:
        """Return who holds the home now, this process included; None where nobody alive does.

        The file is for display: one that cannot be read names nobody, and the next word of a worker mends it.
        """
        if self.whole._told is not None:
            return self.whole._told
        try:
            holder = read_as(partial(shaped, Holder), self.path / "holder.json", hint="")
        except (StudioError, FileNotFoundError):
            return None
        known = _WORKER.fullmatch(holder.worker)
        return holder if known and is_locked(self._life_signs / holder.worker) else None

    @property
    def held(self) -> bool:
        """Whether this very process holds the home."""
        return self.whole._told is not None

    def live_worker(self) -> str | None:
        """Return the id of the worker that is alive, as `core.events.status_of` wants it."""
        holder = self.holder()
        return holder.worker if holder else None

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.path).free
