"""What was foreseen of a run before it began, kept in its folder to be set beside the truth."""

from dataclasses import asdict
from functools import partial
from pathlib import Path

from studio.core.foreseen import Foreseen
from studio.core.shapes import shaped
from studio.store.files import read_as, told_plainly, write_json

FILE = "forecast.json"


def foreseen_of(run: Path) -> Foreseen | None:
    """Return what was foreseen of the run in this folder; None for one of an earlier studio."""
    path = run / FILE
    if not path.exists():
        return None
    return read_as(partial(shaped, Foreseen), path, hint="Delete this file: the run itself is whole.")


def note_foreseen(run: Path, foreseen: Foreseen) -> None:
    """Keep what was foreseen; what a run began with first stays."""
    if not (run / FILE).exists():
        with told_plainly("The forecast"):
            write_json(run / FILE, {"version": 1, **asdict(foreseen)})
