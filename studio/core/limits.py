"""What each person, and all together, may use of a shared studio: from the environment; `--limit` sets it.

Nothing is limited on a studio of one's own. Every limit is shown before it bites, and a refusal says which
it was and what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.core.errors import Refused
from studio.core.knobs import from_dict, knob, knobs, to_dict

VARIABLE = "STUDIO_LIMIT_"
"""Begins the name of each limit in the environment: `STUDIO_LIMIT_ROWS=2000`."""
DEMO, HUB = "STUDIO_OPEN_DEMO", "OAUTH_CLIENT_ID"
"""Say there that anybody may come in: as a guest, or with an account of Hugging Face."""
MEGABYTE = 1e6


@dataclass(frozen=True)
class Limits:
    """Of each person, and those that begin with `all` of everybody together; 0 is no limit."""

    rows: int = knob(0, label="Rows of a file", low=0, help="rows that a file may have")
    upload_mb: float = knob(0.0, label="Size of a file", low=0, help="size of a file, in MB")
    model_mb: float = knob(0.0, label="Size of a model", low=0, help="size of a model to be fetched, in MB")
    disk_mb: float = knob(
        0.0, label="Space", low=0, help="room for data sets, runs and exports together, in MB"
    )
    waiting: int = knob(
        0,
        label="Things that wait",
        low=0,
        help="runs, exams and exports that may wait at a time",
    )
    run_minutes: float = knob(
        0.0,
        label="Minutes of a run",
        low=0,
        help="minutes that a run may train; then it stops and keeps its best point",
    )
    day_minutes: float = knob(
        0.0,
        label="Minutes of a day",
        low=0,
        help="minutes in 24 hours that the machine works: runs, exams, exports",
    )
    all_disk_mb: float = knob(
        0.0, label="Space of all", low=0, help="the same room as `disk_mb`, of everybody together"
    )
    all_waiting: int = knob(
        0, label="All that waits", low=0, help="the same things as `waiting`, of everybody together"
    )

    @property
    def upload_bytes(self) -> int:
        return int(self.upload_mb * MEGABYTE)

    @property
    def disk_bytes(self) -> int:
        return int(self.disk_mb * MEGABYTE)

    @property
    def all_disk_bytes(self) -> int:
        return int(self.all_disk_mb * MEGABYTE)

    def __bool__(self) -> bool:
        """Return whether anything is limited."""
        return any(to_dict(self).values())


NO_LIMITS = Limits()
OPEN_DEMO = Limits(
    rows=2000,
    upload_mb=20.0,
    model_mb=2000.0,
    disk_mb=2000.0,
    waiting=3,
    run_minutes=20.0,
    day_minutes=60.0,
    all_disk_mb=20_000.0,
    all_waiting=24,
)
"""Where anybody may come in: enough for the samples and a first table of one's own with the starter model,
and on two cores a dozen people a day get through. What all may use together is ten people's room and eight
people's queue: a guest that comes again and again as another one meets it."""


def read_limits(environment: Mapping[str, str]) -> Limits:
    """Return the limits that the environment names, beside those of an open demo where anybody may come in.

    Raises Refused where one is not known or is no number.
    """
    known = {knob.name: knob for knob in knobs(Limits)}
    found = {
        name.removeprefix(VARIABLE).lower(): text
        for name, text in environment.items()
        if name.startswith(VARIABLE)
    }
    if wrong := [name for name in found if name not in known]:
        raise Refused(f"There is no limit named {wrong[0]!r}.", f"Known: {', '.join(known)}.")
    open_to_all = environment.get(DEMO, "0") not in ("", "0") or bool(environment.get(HUB))
    usual = OPEN_DEMO if open_to_all else NO_LIMITS
    read = {name: known[name].parse(text) for name, text in found.items()}
    return from_dict(Limits, {**to_dict(usual), **read})
