"""A limit is told before it bites, and a studio of one's own tells of none."""

from dataclasses import replace

import pytest

from studio.core.limits import NO_LIMITS, Limits
from studio.services.shares import Share
from studio.ui.panels import method
from studio.ui.panels.share import of_a_run, of_files
from tests.ui.test_panels import FORECAST

LIMITS = Limits(rows=2000, upload_mb=20, disk_mb=2000, waiting=3, run_minutes=20, day_minutes=60)
SHARE = Share(LIMITS, disk_bytes=500_000_000, waiting=1, day_seconds=900.0)


def forecast(low: float, high: float):
    return replace(FORECAST, measured=True, seconds_low=60 * low, seconds_high=60 * high)


def test_a_studio_of_ones_own_tells_of_no_limit() -> None:
    assert of_files(Share(NO_LIMITS)) == ""
    assert of_a_run(Share(NO_LIMITS), forecast(500, 900)) == ""
    assert method.fit(FORECAST, None, Share(NO_LIMITS)) == method.fit(FORECAST)


def test_the_size_of_a_file_and_the_room_that_is_left_are_told_before_one_is_brought() -> None:
    told = of_files(SHARE)
    assert "a file may have up to 2,000 rows and 20 MB" in told
    assert "1.5 GB of your 2.0 GB on this machine (the quota) are free." in told
    assert "0 bytes of your 2.0 GB" in of_files(replace(SHARE, disk_bytes=3_000_000_000))


def test_what_all_may_use_together_is_told_beside_ones_own() -> None:
    together = replace(SHARE.limits, all_disk_mb=20_000, all_waiting=24)
    share = replace(SHARE, limits=together, all_disk_bytes=19_900_000_000, all_waiting=22)
    assert "All who are here have 20 GB together; 100 MB of it are free." in of_files(share)
    assert "Of all who are here together 24 may; 22 do." in of_a_run(share, forecast(2, 4))
    assert "100 MB are left to you" in of_a_run(share, forecast(2, 4))
    full = replace(share, all_waiting=24)
    assert full.refusal is not None
    assert full.refusal.message in of_a_run(full, forecast(2, 4))


def test_the_minutes_and_places_that_are_left_are_told_before_a_run_is_started() -> None:
    told = method.fit(forecast(2, 4), None, SHARE)
    assert "a run trains up to 20 min" in told
    assert "45 min of your 1 h in 24 hours are left" in told
    assert "1 thing of yours waits for its turn, and 3 may." in told
    assert "warning" not in of_a_run(SHARE, forecast(2, 4))


@pytest.mark.parametrize(
    ("low", "high", "day_seconds", "said"),
    [
        (15, 25, 0, "Perhaps longer than it may:"),
        (21, 30, 0, "Longer than it may:"),
        (8, 12, 3000, "After 10 min of training it is stopped, and its best point so far is kept."),
    ],
)
def test_a_run_that_will_not_see_its_end_is_told_so_beforehand(
    low: float, high: float, day_seconds: float, said: str
) -> None:
    assert said in of_a_run(replace(SHARE, day_seconds=day_seconds), forecast(low, high))


def test_who_can_start_nothing_now_reads_the_words_of_the_refusal() -> None:
    full = replace(SHARE, waiting=3)
    assert full.refusal is not None
    assert full.refusal.message in of_a_run(full, forecast(2, 4))
    spent = replace(SHARE, day_seconds=3600.0, back_seconds=7200.0)
    assert "Your 1 h of this machine in a day are used up." in of_a_run(spent, forecast(2, 4))
    assert "the first in about 2 h" in of_a_run(spent, forecast(2, 4))


def test_a_run_that_finds_no_room_is_told_so_beforehand() -> None:
    told = of_a_run(replace(SHARE, disk_bytes=1_900_000_000), forecast(2, 4))
    assert "The run needs about 140 MB, and 100 MB are left to you." in told
