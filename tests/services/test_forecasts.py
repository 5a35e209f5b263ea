"""A forecast is measured when the worker is idle, kept in the home, and corrected by what a run took."""

import shutil
from dataclasses import replace

import pytest

from studio.core.errors import Refused
from studio.core.foreseen import Foreseen
from studio.engine import division
from studio.engine.device import DeviceChoice
from studio.engine.processes import Processes
from studio.services import forecasts
from studio.services.forecasts import GROWTH, check_fits
from studio.services.rehearsals import known_pace
from tests.services.conftest import ended, planned, wait_for


@pytest.fixture
def config(studio, table, tiny_model_folder):
    return planned(studio, table, tiny_model_folder)


def test_an_idle_worker_rehearses_once_and_the_home_keeps_it(studio, config, home):
    first = studio.forecast(config)
    assert not first.measured
    measured = wait_for(lambda: found if (found := studio.forecast(config)).measured else None)
    assert 0 < measured.seconds_low < measured.seconds_high
    assert measured.result_bytes > 0
    kept = list((home / "forecasts").glob("*.json"))
    assert len(kept) == 1
    written = kept[0].stat().st_mtime_ns
    assert studio.forecast(config) == measured or studio.forecast(config).measured
    assert kept[0].stat().st_mtime_ns == written


def test_asking_while_it_rehearses_does_not_rehearse_again(studio, config):
    rehearsals = studio._worker._rehearsals
    wait_for(lambda: studio.forecast(config).measured)
    wait_for(lambda: not rehearsals.any_waits())


def test_after_a_run_its_own_peak_is_what_the_next_forecast_tells(studio, config):
    wait_for(lambda: studio.forecast(config).measured)
    pace = known_pace(studio._home, config)
    lasting = pace.lasting_memory_bytes
    assert lasting > 0
    grown = lasting + (pace.peak_memory_bytes - lasting) * GROWTH[True]
    assert studio.forecast(config).memory_bytes == round(grown)
    run = studio.start(config)
    assert ended(studio, run) == "finished"
    wait_for(lambda: known_pace(studio._home, config).whole_run)
    assert studio.forecast(config).memory_bytes == studio.run(run).peak_memory_bytes


def test_a_run_keeps_what_was_foreseen_of_it(studio, config):
    measured = wait_for(lambda: found if (found := studio.forecast(config)).measured else None)
    run = studio.start(config)
    assert ended(studio, run) == "finished"
    kept = studio.run(run).foreseen
    assert kept == Foreseen(measured.seconds_low, measured.seconds_high, measured.memory_bytes)


def test_a_rehearsal_that_fails_says_why_and_is_not_tried_again(studio, table, tiny_model_folder, tmp_path):
    model = shutil.copytree(tiny_model_folder, tmp_path / "model")
    (model / "tokenizer.json").write_text("{")
    config = planned(studio, table, model)
    basis = wait_for(lambda: text if "failed" in (text := studio.forecast(config).basis) else None)
    assert basis.startswith("A few steps were tried, and that failed. The tokenizer of")
    assert not studio._worker._rehearsals.any_waits()


def test_a_model_too_large_for_one_card_is_allowed_to_several_processes(studio, config, monkeypatch):
    home, several = studio._home, Processes(0, 8, 0, 8)
    monkeypatch.setattr(division, "choose_device", lambda: DeviceChoice("cuda", "float32", ("", "")))
    monkeypatch.setattr(forecasts, "known_pace", lambda home, config: None)
    share = division.share_bytes(config, forecasts.here(config), several)
    monkeypatch.setattr(forecasts, "available_bytes", lambda: share)
    with pytest.raises(Refused, match="of memory"):
        check_fits(home, config)
    assert check_fits(home, config, several).memory_bytes == share
    monkeypatch.setattr(forecasts, "available_bytes", lambda: share - 1)
    with pytest.raises(Refused, match="of memory"):
        check_fits(home, config, several)


def test_what_several_processes_cannot_divide_is_refused_before_it_waits_for_its_turn(studio, config):
    asking = replace(config, tuning="ia3", knobs={"divided": True})
    with pytest.raises(Refused, match="IA3 cannot be divided"):
        studio.start(asking, processes=Processes(0, 2, 0, 2))
    assert studio.runs() == ()
