"""The ways of tuning side by side: for this model and these rows, or the reason why one cannot be taken."""

from dataclasses import replace

import pytest

from studio.engine.tunings import TUNINGS
from studio.services.rehearsals import Pace, key_of
from studio.store.files import write_json
from studio.store.home import Home


@pytest.fixture
def config(closed, table, tiny_model_folder):
    return closed.plan(closed.add_dataset(table, table.name).id, model=str(tiny_model_folder))


def test_each_way_tells_memory_and_size_for_this_model(closed, config):
    found = {way.tuning: way for way in closed.ways(config)}
    assert list(found) == list(TUNINGS)
    assert found["full"].trained_parameters == 90_624
    assert found["full"].result_bytes == 4 * 90_624
    assert found["full"].memory_bytes > found["lora"].memory_bytes > 0
    assert found["prompt"].result_bytes == 4 * 16 * 64
    assert not any(way.seconds or way.measured or way.refusal for way in found.values())


def test_the_time_of_the_others_is_estimated_from_the_one_that_was_measured(closed, home, config):
    pace = {
        "seconds_per_token": 0.01, "evaluation_seconds_per_token": 0.01, "spread": 1.0, "load_seconds": 0.0,
        "peak_memory_bytes": 10**9, "trainable_parameters": 1000, "tokens_per_row": 20.0,
    }  # fmt: skip
    assert set(pace) | {
        "reply_seconds",
        "whole_run",
        "saved_bytes_per_second",
        "lasting_memory_bytes",
        "pieces_per_row",
    } == set(Pace.__dataclass_fields__)
    write_json(Home(home).forecasts / f"{key_of(config)}.json", {"version": 1, **pace})
    found = {way.tuning: way for way in closed.ways(config)}
    assert [name for name, way in found.items() if way.measured] == ["lora"]
    assert found["ia3"].seconds == pytest.approx(found["lora"].seconds)
    assert found["full"].seconds == pytest.approx(1.5 * found["lora"].seconds)


def test_a_changed_setting_of_the_chosen_way_counts_and_the_others_keep_theirs(closed, config):
    changed = replace(config, knobs={**config.knobs, "rank": 32, "max_length": 128})
    before, after = ({way.tuning: way for way in closed.ways(each)} for each in (config, changed))
    assert after["lora"].trained_parameters == 2 * before["lora"].trained_parameters
    assert after["qlora"].trained_parameters == before["qlora"].trained_parameters


def test_a_model_that_is_not_here_has_no_table(closed, config):
    assert closed.ways(replace(config, model="owner/nowhere")) == ()
