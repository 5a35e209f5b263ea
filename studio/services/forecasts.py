"""What a run will take on this machine: arithmetic at once, a measured pace once one was rehearsed."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from studio.core.config import DataSettings, Optimisation, RunConfig
from studio.core.errors import Refused
from studio.core.foreseen import SURE, Foreseen
from studio.core.sampling import LOOKED_AT
from studio.core.system import memory, process_memory_bytes
from studio.data.split import divide
from studio.engine.objectives import learns_from_reward, objective_named
from studio.engine.processes import ONE, Processes
from studio.engine.tunings import tuning_named
from studio.services.amounts import DIVIDED_ROWS, Amount, amount_of, rows_of
from studio.services.examples import WHOLE
from studio.services.lengths import Lost, lengths_file, lost
from studio.services.packages import IMPORTING
from studio.services.rehearsals import Pace, here, known_pace
from studio.services.space import check_space
from studio.services.views import Forecast
from studio.store.home import Home
from studio.store.records import RecordFile

CHECKPOINTS = 3
"""Kept or under way at the same time, each with the optimiser's state: the newest two and the next."""
GROWTH = {True: 1.7, False: 1.2}
"""How much more memory the batches of a whole run take on a processor than those of its first steps, with a
frozen model in 16 bits and with one that is trained in 32: freed memory is kept for the next step in pieces
that do not always fit. Chosen by what 22 runs of `benchmarks.forecast` took (`benchmarks/LOG.md`)."""
BYTES_KEPT, BYTES_RESUMED = 4, 12
"""Of a trained weight: as a result, and in a checkpoint that can be resumed from."""


def forecast(home: Home, config: RunConfig, *, ask: Callable[[RunConfig], str]) -> Forecast:
    """Return what is known; `ask` to measure the rest where the model is here; it says what cannot be."""
    pace, counted = known_pace(home, config), _lost(home, config)
    amount = amount_of(home, config, pace.pieces_per_row if pace else 1.0)
    unknown = pace is None or counted is None
    problem = ask(config) if unknown and here(config) is not None else ""
    needed, trained = _needs(config, pace)
    available = available_bytes()
    disk = trained * (CHECKPOINTS * BYTES_RESUMED + BYTES_KEPT)
    free = home.free_bytes()
    low, high = _seconds(amount, pace, _checked(config, amount)) if pace else (0.0, 0.0)
    fits = needed <= available and disk <= free
    return Forecast(
        seconds_low=low,
        seconds_high=high,
        memory_bytes=needed,
        memory_available_bytes=available,
        disk_bytes=disk,
        disk_available_bytes=free,
        result_bytes=trained * BYTES_KEPT,
        steps=amount.steps,
        training_rows=amount.training_rows,
        held_out_rows=amount.held_out_rows,
        measured=pace is not None,
        basis=problem or _basis(config, pace),
        fits=fits,
        advice="" if fits else _advice(config, needed > available),
        max_length=config.part(DataSettings).max_length,
        cut=counted.cut if counted else None,
        nothing_left=counted.nothing_left if counted else 0,
        not_taken=counted.not_taken if counted else 0,
        mixed_in=amount.mixed_in,
    )


def check_fits(home: Home, config: RunConfig, processes: Processes = ONE) -> Foreseen:
    """Return what is foreseen of the run. Raises Refused where the memory or the disk cannot hold it, and
    where several `processes` cannot divide it as asked: on cards each needs room for its part alone.
    """
    with IMPORTING:
        from studio.engine.division import check_asked  # torch: not before the first page

    check_asked(config, processes)
    found = forecast(home, config, ask=ask_nothing)
    share = 0 if found.fits else _share(config, processes)
    if share:
        fits = share <= found.memory_available_bytes and found.disk_bytes <= found.disk_available_bytes
        found = replace(found, memory_bytes=share, fits=fits)
    if found.fits:
        check_space(home, found.disk_bytes)  # of the disk and of what one person may fill
        return Foreseen(found.seconds_low, found.seconds_high, found.memory_bytes)
    what, needed, there = "memory", found.memory_bytes, found.memory_available_bytes
    if needed <= there:
        what, needed, there = "disk", found.disk_bytes, found.disk_available_bytes
    raise Refused(
        f"This run needs about {needed / 1e9:.1f} GB of {what} and {there / 1e9:.1f} GB are free.",
        found.advice,
    )


def ask_nothing(config: RunConfig) -> str:
    """Have nothing measured: a start does not wait for a rehearsal, and a table of the ways asks for none."""
    return ""


def _lost(home: Home, config: RunConfig) -> Lost | None:
    """Return what the longest example does to the rows of the run; None until their lengths are counted."""
    counted = lengths_file(home, config)
    if not counted.exists():
        return None
    records = home.datasets.folder(config.dataset).records_file(config.dataset_version)
    data = config.part(DataSettings)
    if objective_named(config.objective).WINDOWS:
        data = replace(data, max_length=WHOLE)  # a long row is learned in several windows
    return _lost_of(counted, records, data, config.part(Optimisation).seed)


@lru_cache(maxsize=32)
def _lost_of(counted: Path, records_file: Path, data: DataSettings, seed: int) -> Lost:
    records = RecordFile(records_file)
    if not data.max_rows or len(records) > DIVIDED_ROWS:  # then all rows stand for those of the run
        used = sum(rows_of(records_file, data, seed))
        found = lost(counted, records, data.max_length)
        cut, nothing_left, not_taken = (
            round(count * used / len(records)) for count in (found.cut, found.nothing_left, found.not_taken)
        )
        return Lost(cut, nothing_left, not_taken)
    parts = divide(records, data.held_out_percent, data.max_rows, seed)
    return lost(counted, records.at((*parts.training, *parts.held_out)), data.max_length)


def _checked(config: RunConfig, amount: Amount) -> int:
    """Return how many held-out rows each check looks at."""
    rows = amount.held_out_rows
    return min(rows, LOOKED_AT) if learns_from_reward(config.objective) else rows


def _seconds(amount: Amount, pace: Pace, checked: int) -> tuple[float, float]:
    """Return the shortest and the longest time expected: loading, steps, and checks, the first included.

    Each check looks at so many rows, `checked`.
    """
    learned = amount.learned_rows * pace.tokens_per_row * pace.seconds_per_token
    looked_at = checked * (1 + amount.evaluations) * pace.tokens_per_row
    seconds = pace.load_seconds + learned + looked_at * pace.evaluation_seconds_per_token
    if amount.replies:
        seconds += pace.load_seconds + amount.replies * pace.reply_seconds
    if pace.saved_bytes_per_second:
        saved = amount.evaluations * pace.trainable_parameters * BYTES_RESUMED
        seconds += saved / pace.saved_bytes_per_second
    return seconds / SURE, seconds * max(SURE, pace.spread)


def available_bytes() -> int:
    """Return the memory a run may use, on the device that trains; what this process holds is part of it."""
    with IMPORTING:
        from torch import cuda  # heavy: not before the first page

    if cuda.is_available():
        return cuda.mem_get_info()[0] + cuda.memory_reserved()
    return memory().available_bytes + process_memory_bytes()


def _growth(config: RunConfig) -> float:
    """Return how much more than its first steps a whole run takes on the device that trains."""
    with IMPORTING:
        from torch import cuda  # heavy: not before the first page

    return 1.0 if cuda.is_available() else GROWTH[tuning_named(config.tuning).FROZEN_BASE]


def _needs(config: RunConfig, pace: Pace | None) -> tuple[int, int]:
    """Return (bytes of memory, trained weights); zeros for a model that is not on this machine yet."""
    source = here(config)
    if source is None:
        return 0, 0
    with IMPORTING:
        from studio.engine.forecast import forecast_memory  # torch: not before the first page

    parts = forecast_memory(source, config, longest_tokens=config.part(DataSettings).max_length)
    trained = parts.trained_parameters
    if pace is None:
        return parts.total + round(parts.activations * (_growth(config) - 1)), trained
    return _grown(config, pace), pace.trainable_parameters


def _share(config: RunConfig, processes: Processes) -> int:
    """Return the memory that each of several processes needs where the model is divided; 0 where none is."""
    source = here(config)
    if source is None:
        return 0
    with IMPORTING:
        from studio.engine.division import share_bytes  # torch: not before the first page

    return share_bytes(config, source, processes)


def _grown(config: RunConfig, pace: Pace) -> int:
    """Return the memory of a whole run, from that of a whole run or of its first steps."""
    growth = 1.0 if pace.whole_run else _growth(config)
    return round(pace.lasting_memory_bytes + (pace.peak_memory_bytes - pace.lasting_memory_bytes) * growth)


def _basis(config: RunConfig, pace: Pace | None) -> str:
    if pace is not None:
        memory_of = "a whole run" if pace.whole_run else "these steps, with room for what a whole run adds"
        return f"Time measured here with a few steps of this model; memory from {memory_of}."
    if here(config) is None:
        return "The model is not on this machine yet; its first run will show."
    return "Not measured yet: a few steps are tried as soon as nothing else runs."


def _advice(config: RunConfig, memory_lacks: bool) -> str:
    if not memory_lacks:
        return "Delete earlier runs, or free some space on the disk of the home folder."
    if config.tuning == "full":
        return "Choose LoRA, which takes far less, or close other programs."
    return "Choose a smaller model, lower the longest example, or close other programs."
