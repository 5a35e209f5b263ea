"""Many people in one moment: nothing is lost, and nobody is shown what is another's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.attacks_crowd import problems_of_queue, start_at_once, visit_at_once
from benchmarks.attacks_presses import served
from studio.services.studio import Studio
from studio.services.views import Duty
from tests.services.conftest import planned, wait_for, write_table

STARTS, PAGES = 100, 20


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(tmp_path / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    yield studio
    studio.close()


def test_of_a_hundred_starts_at_once_one_runs_and_all_others_wait_in_their_places(
    busy: Studio, tmp_path: Path, tiny_model_folder: Path
) -> None:
    config = planned(busy, write_table(tmp_path / "sums.csv"), tiny_model_folder, steps=100_000)
    runs = start_at_once(busy, config, STARTS)
    wait_for(lambda: any(view.status == "running" for view in busy.runs()))
    assert problems_of_queue(busy, runs) == []
    busy.close()
    later = Studio(tmp_path / "home").runs()
    assert {view.id for view in later} == set(runs)
    assert sum(view.status == "queued" for view in later) == STARTS - 1


def test_a_lost_run_and_a_place_that_is_told_twice_would_be_noticed(busy: Studio) -> None:
    class Lost:
        status, queue_position = "queued", 1

    class Odd:
        def run(self, run: str) -> Lost:
            return Lost()

    assert len(problems_of_queue(Odd(), ["a", "a", "b"])) == 3


def test_twenty_pages_at_once_are_each_shown_their_own(tmp_path: Path, tiny_model_folder: Path) -> None:
    studio = Studio(tmp_path / "home")
    datasets = [
        studio.add_dataset(write_table(tmp_path / f"{rows}.csv", rows), f"{rows}").id for rows in (30, 31)
    ]
    with served(studio, tmp_path / "uploads") as site:
        assert (
            visit_at_once(site, PAGES, lambda number: {"dataset": datasets[number % 2], "kind": "adapter"})
            == []
        )
