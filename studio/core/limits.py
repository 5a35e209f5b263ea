"""What one person may use of a shared studio: in one place, read from the environment and the command line.

Nothing is limited on a studio of one's own. Every limit is shown before it bites, and a refusal says which
it was and what to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.core.arguments import pairs
from studio.core.errors import Refused
from studio.core.knobs import from_dict, knob, knobs, to_dict

VARIABLE = "STUDIO_LIMIT_"
"""Begins the name of each limit in the environment: `STUDIO_LIMIT_ROWS=2000`."""
MEGABYTE = 1e6


@dataclass(frozen=True)
class Limits:
    """Of each person; 0 is no limit."""

    rows: int = knob(0, label="Rows of a file", low=0, help="Rows that a file may have; 0 for any number.")
    upload_mb: float = knob(0.0, label="Size of a file", low=0, help="In MB; 0 for any size.")
    disk_mb: float = knob(
        0.0, label="Space", low=0, help="In MB, of data sets, runs and exports together; 0 for any."
    )
    waiting: int = knob(
        0,
        label="Things that wait",
        low=0,
        help="Runs, exams and exports of one person that may wait at a time; 0 for any number.",
    )
    run_minutes: float = knob(
        0.0, label="Minutes of a run", low=0, help="A run stops then and keeps its best point; 0 for any."
    )
    day_minutes: float = knob(
        0.0,
        label="Minutes of a day",
        low=0,
        help="In 24 hours the machine works so long for one person: runs, exams, exports; 0 for any.",
    )

    @property
    def upload_bytes(self) -> int:
        return int(self.upload_mb * MEGABYTE)

    @property
    def disk_bytes(self) -> int:
        return int(self.disk_mb * MEGABYTE)

    def __bool__(self) -> bool:
        """Return whether anything is limited."""
        return any(to_dict(self).values())


NO_LIMITS = Limits()
OPEN_DEMO = Limits(rows=2000, upload_mb=20.0, disk_mb=2000.0, waiting=3, run_minutes=20.0, day_minutes=60.0)
"""Where anybody may come in: enough for the samples and a first table of one's own with the starter model,
and on two cores a dozen people a day get through."""


def read_limits(
    environment: Mapping[str, str], asked: Sequence[str] = (), *, usual: Limits = NO_LIMITS
) -> Limits:
    """Return the limits: `asked` (NAME=VALUE of the command line), else the environment's, else the usual.

    Raises Refused naming every limit where one is not known or is no number.
    """
    known = {knob.name: knob for knob in knobs(Limits)}
    found = {
        name.removeprefix(VARIABLE).lower(): text
        for name, text in environment.items()
        if name.startswith(VARIABLE)
    }
    found |= pairs(asked, "--limit NAME=VALUE")
    if wrong := [name for name in found if name not in known]:
        raise Refused(f"There is no limit named {wrong[0]!r}.", f"Known: {', '.join(known)}.")
    read = {name: known[name].parse(text) for name, text in found.items()}
    return from_dict(Limits, {**to_dict(usual), **read})
