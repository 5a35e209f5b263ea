"""A run of the support sample, tuned in a few steps, and its exports: shared by two benchmarks of exports."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.page import wait_until
from benchmarks.training import pairs
from studio.services.studio import Studio
from studio.services.views import Duty

PATIENCE_SECONDS = 3600.0
ENDED = ("finished", "failed", "stopped", "interrupted")


@contextmanager
def studio_with_rows(rows: int) -> Iterator[tuple[Studio, str]]:
    """Give an open studio in a folder of its own, and its data set of so many rows."""
    with TemporaryDirectory() as place:
        table = Path(place) / "support.csv"
        with table.open("w", newline="", encoding="utf-8") as opened:
            lines = csv.writer(opened)
            lines.writerow(["question", "answer"])
            lines.writerows(pairs(rows))
        studio = Studio(Path(place) / "home")
        studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
        try:
            yield studio, studio.add_dataset(table, table.name).id
        finally:
            studio.close()


def trained(studio: Studio, dataset: str, tuning: str, *, model: str, steps: int) -> str:
    """Return a finished run of so many steps of two rows."""
    knobs = {"steps": steps, "batch_size": 2, "evaluations": 1, "max_length": 128}
    run = studio.start(studio.plan(dataset, "quick", model=model, tuning=tuning, knobs=knobs))
    wait_until(lambda: studio.run(run).status in ENDED, every=0.1, patience=PATIENCE_SECONDS)
    found = studio.run(run)
    assert found.status == "finished", f"{tuning}: {found.verdict.sentence}"
    return run


def ended(studio: Studio, run: str, job: str) -> tuple[str, float]:
    """Wait for a job; return how it ended, and the seconds since it was asked for."""
    began = time.monotonic()

    def status() -> str:
        return next((each.status for each in studio.run(run).jobs if each.id == job), "")

    wait_until(lambda: status() in ENDED, every=0.1, patience=PATIENCE_SECONDS)
    return status(), time.monotonic() - began
