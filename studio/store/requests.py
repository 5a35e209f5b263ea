"""What is asked of the worker: small files in the run's folder, so that any process can ask.

A request outlives the asker and the worker. The worker alone removes them.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.shapes import shaped
from studio.store.files import new_id, read_as, told_plainly, write_json

RUN = "run"
"""Names the run itself where a stop is asked for; jobs are named by their id."""

_HINT = "Delete this file, then ask for the exam or export again."
_NAMES = re.compile(r"run|[a-z2-7]{16}")


@dataclass(frozen=True, slots=True)
class Request:
    """An exam or export that waits. `at` orders the queue; `kind` is `exam` or `export adapter`.

    `wishes` say what is asked for beyond the usual: the arms of a bake-off by name.
    """

    job: str
    kind: str
    at: float
    wishes: tuple[str, ...] = ()


def _request(job: str, entries: dict[str, Any]) -> Request:
    return shaped(Request, {**entries, "job": job, "wishes": tuple(entries.get("wishes", ()))})


def _is_pause(entries: dict[str, Any]) -> bool:
    return entries.get("pause") is True


class Requests:
    """The requests of one run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, kind: str, at: float | None = None, wishes: Sequence[str] = ()) -> str:
        """Ask for a job and return its id. One of the same kind that waits already is returned, its wishes
        and these together."""
        waiting = next((request for request in self.all() if request.kind == kind), None)
        job = waiting.job if waiting else new_id()
        known = waiting.wishes if waiting else ()
        together = tuple(dict.fromkeys((*known, *wishes)))
        if waiting is None or together != known:
            begun = waiting.at if waiting else time.time() if at is None else at
            self._write(self._job(job), {"kind": kind, "at": begun, "wishes": together})
        return job

    def all(self) -> tuple[Request, ...]:
        """Return the jobs that wait, the oldest first. Raises StudioError where one cannot be read."""
        found = []
        for path in self._folder.glob("job-*.json"):
            job = path.stem.removeprefix("job-")
            if not _NAMES.fullmatch(job):
                continue  # Nothing that the studio has put there.
            try:
                found.append(read_as(partial(_request, job), path, hint=_HINT))
            except (FileNotFoundError, StudioError):
                if path.exists():
                    raise
                # The worker took it between the listing and the reading.
        return tuple(sorted(found, key=lambda request: (request.at, request.job)))

    def remove(self, job: str) -> None:
        self._job(job).unlink(missing_ok=True)

    def waits(self, job: str) -> bool:
        return self._job(job).exists()

    def ask_stop(self, what: str = RUN) -> None:
        self._write(self._stop(what), {"at": time.time()})

    def ask_pause(self) -> None:
        """Ask the run to stop for a while. A later request to stop it takes the place of this one."""
        self._write(self._stop(RUN), {"at": time.time(), "pause": True})

    def stop_asked(self, what: str = RUN) -> bool:
        """Return whether a stop is asked for, or a pause; cheap enough for every micro-batch."""
        return self._stop(what).exists()

    def pause_asked(self) -> bool:
        """Return whether the stop that is asked for is only a pause."""
        path = self._stop(RUN)
        try:
            return path.exists() and read_as(_is_pause, path, hint="Delete this file, then ask again.")
        except (FileNotFoundError, StudioError):
            if path.exists():
                raise
            return False  # It was taken back between the two looks.

    def clear_stop(self, what: str = RUN) -> None:
        self._stop(what).unlink(missing_ok=True)

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        with told_plainly("The request"):
            self._folder.mkdir(exist_ok=True)
            write_json(path, {"version": 1, **document})

    def _job(self, job: str) -> Path:
        assert _NAMES.fullmatch(job), job
        return self._folder / f"job-{job}.json"

    def _stop(self, what: str) -> Path:
        assert _NAMES.fullmatch(what), what
        return self._folder / f"stop-{what}.json"
