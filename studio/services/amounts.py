"""How much there is to do in a run: its steps, its rows, and what is written before them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from studio.core.config import DataSettings, Keeping, Optimisation, RunConfig
from studio.core.replies import DIFFERENT, wanted
from studio.data.split import divide
from studio.services.packages import IMPORTING
from studio.store.home import Home
from studio.store.records import RecordFile

DIVIDED_ROWS = 20_000
"""So many rows are divided as the run will divide them: about a second of work."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is to do."""

    steps: int
    learned_rows: float
    """Rows that go through the model to be learned from, all rounds together."""
    evaluations: int
    training_rows: int
    held_out_rows: int
    replies: int
    """Answers of the untouched model that are yet to be written."""
    mixed_in: int = 0
    """Answers of it that are learned beside the rows."""


def amount_of(home: Home, config: RunConfig, pieces_per_row: float) -> Amount:
    """Return what a run takes; `pieces_per_row` is more than 1 where long rows are learned in windows."""
    with IMPORTING:
        from studio.engine.schedule import plan_steps  # torch: not before the first page

    data, settings = config.part(DataSettings), config.part(Optimisation)
    records = home.datasets.folder(config.dataset).records_file(config.dataset_version)
    training, held_out = rows_of(records, data, settings.seed)
    pieces = max(1, round(training * pieces_per_row))
    again = wanted(config.part(Keeping).replay_percent, pieces)  # each counts as long as a row
    schedule = plan_steps(settings, pieces + again)
    steps_per_round = -(-(pieces + again) // settings.batch_size)
    learned = schedule.steps * (training + again) / steps_per_round
    evaluations, replies = len(schedule.evaluate_after), _unwritten(home, config, again)
    return Amount(schedule.steps, learned, evaluations, training, held_out, replies, again)


def _unwritten(home: Home, config: RunConfig, again: int) -> int:
    """Return how many different replies of the model are not in the home yet."""
    return max(0, min(again, DIFFERENT) - home.replies.most_of(config.model)) if again else 0


@lru_cache(maxsize=32)
def rows_of(records_file: Path, data: DataSettings, seed: int) -> tuple[int, int]:
    """Return (training, held-out) rows; a version never changes, so this can be kept.

    Above `DIVIDED_ROWS` by the percentage alone: the page cannot wait for a million rows to be compared.
    """
    records = RecordFile(records_file)
    if len(records) > DIVIDED_ROWS:
        held_out = round(len(records) * data.held_out_percent / 100)
        training = len(records) - held_out
        return min(training, data.max_rows or training), held_out
    parts = divide(records, data.held_out_percent, data.max_rows, seed)
    return len(parts.training), len(parts.held_out)
