"""One call of the command line: what was typed, the studio of its home, and how its jobs are waited for."""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from studio.core.console import DONE, FAILED, STOPPED, noting_interruptions, say
from studio.core.system import home_folder
from studio.engine.processes import Processes
from studio.services import together
from studio.services.errands import Ear, wait_for_jobs
from studio.services.studio import Studio

Result = tuple[Any, int]
"""The document of a verb, and its exit code."""


class Call:
    """One call of the command line: what was typed, the studio of its home, and how it is followed."""

    def __init__(self, typed: argparse.Namespace) -> None:
        self.typed = typed

    @cached_property
    def home(self) -> Path:
        return home_folder(getattr(self.typed, "home", None))

    @cached_property
    def studio(self) -> Studio:
        return Studio(self.home)

    @cached_property
    def processes(self) -> Processes:
        return together.meet(os.environ, self.typed.verb, self.home)

    @contextlib.contextmanager
    def ear(self) -> Iterator[Ear]:
        """Print progress to stderr; a signal asks to stop, and what is running is saved first."""
        with noting_interruptions() as interrupted:
            yield Ear(lambda line: say(line, sys.stderr), interrupted)

    def wait_for(self, jobs: Sequence[tuple[str, str]]) -> tuple[str, int]:
        """Work until the jobs, given as (run, job), have ended; return why one has not finished, and the
        exit code."""
        with self.ear() as ear:
            ended = wait_for_jobs(self.studio, jobs, ear)
        unfinished = next((job for job in ended if job.status != "finished"), None)
        if unfinished is None and len(ended) == len(jobs):
            return "", DONE
        if unfinished is None or unfinished.status == "stopped":
            return "It was stopped.", STOPPED
        return f"{unfinished.message} {unfinished.hint}".strip(), FAILED


def unfinished(run: str, problem: str) -> dict[str, Any]:
    """Say on stderr why a job has not finished; return the document of that."""
    say(problem, sys.stderr)
    return {"version": 1, "run": run, "error": problem, "hint": ""}
