"""A rehearsal that fails says why; the models of Compare are not in the memory that it measures."""

from dataclasses import replace

import pytest

from studio.core.config import Keeping
from studio.core.foreseen import SURE
from studio.services.amounts import Amount, amount_of
from studio.services.forecasts import _seconds
from studio.services.rehearsals import Pace, Rehearsals, key_of, known_pace
from tests.services.conftest import ended, planned, wait_for


def test_our_own_mistake_in_a_rehearsal_is_told_with_the_file_that_says_where(
    closed, table, tiny_model_folder, home, monkeypatch
):
    config = planned(closed, table, tiny_model_folder)
    rehearsals = Rehearsals(closed._home)

    def broken(*arguments):
        raise ZeroDivisionError("by a test")

    monkeypatch.setattr("studio.services.rehearsals._rehearse", broken)
    assert rehearsals.ask(config) == ""
    with pytest.raises(ZeroDivisionError) as raised:
        rehearsals.do_next(lambda: False)
    rehearsals.fail(raised.value)
    assert "ZeroDivisionError: by a test" in rehearsals.ask(config)
    assert str(home / "traceback.txt") in rehearsals.ask(config)
    assert "in broken" in (home / "traceback.txt").read_text()


def test_the_models_that_answered_are_freed_before_a_rehearsal(studio, table, tiny_model_folder, monkeypatch):
    config = planned(studio, table, tiny_model_folder)
    run = studio.start(config)
    assert ended(studio, run) == "finished"
    name = studio.ask("Why?", run)
    wait_for(lambda: all(answer.done for answer in studio.comparison(name).answers.values()))
    held = []

    def looks(home, config, interrupted):
        held.append(studio._worker._answerer._pair)

    monkeypatch.setattr("studio.services.rehearsals._rehearse", looks)
    studio.forecast(planned(studio, table, tiny_model_folder, batch_size=2))
    wait_for(lambda: held)
    assert held == [None]


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1}', '{"version": 1, "spread": "wide"}'])
def test_a_damaged_measurement_is_none_and_is_made_anew(closed, table, tiny_model_folder, content):
    config = planned(closed, table, tiny_model_folder)
    (closed._home.forecasts / f"{key_of(config)}.json").write_text(content)
    assert known_pace(closed._home, config) is None
    assert not closed.forecast(config).measured


def test_the_pace_of_saving_counts_once_for_each_check():
    amount = Amount(steps=10, learned_rows=0.0, evaluations=3, training_rows=0, held_out_rows=0, replies=0)
    pace = Pace(0.0, 0.0, 1.0, 1, load_seconds=2.0, trainable_parameters=1000, tokens_per_row=1.0)
    assert _seconds(amount, pace, 0)[0] == pytest.approx(2.0 / SURE)
    saving = replace(pace, saved_bytes_per_second=12_000.0)
    assert _seconds(amount, saving, 0)[0] == pytest.approx((2.0 + 3 * 1.0) / SURE)


def test_a_rehearsal_measures_how_fast_is_saved_and_leaves_nothing_of_it(closed, table, tiny_model_folder):
    config = planned(closed, table, tiny_model_folder)
    rehearsals = Rehearsals(closed._home)
    rehearsals.ask(config)
    rehearsals.do_next(lambda: False)
    assert known_pace(closed._home, config).saved_bytes_per_second > 0
    assert [path.name for path in closed._home.forecasts.iterdir()] == [f"{key_of(config)}.json"]


def test_long_rows_that_are_learned_in_windows_take_more_steps(closed, table, tiny_model_folder):
    config = planned(closed, table, tiny_model_folder, steps=0, epochs=1.0, batch_size=4)
    home = closed._home
    whole, windows = amount_of(home, config, 1.0), amount_of(home, config, 3.0)
    assert windows.steps == -(-3 * whole.training_rows // 4)
    assert windows.learned_rows == whole.learned_rows == whole.training_rows
    asked = replace(config, knobs={**config.knobs, "steps": 6})
    assert amount_of(home, asked, 3.0).learned_rows == pytest.approx(
        amount_of(home, asked, 1.0).learned_rows / 3, rel=0.1
    )


def test_what_keeps_from_forgetting_is_timed_too_and_leaves_the_key_of_other_runs_as_it_was(
    closed, table, tiny_model_folder
):
    plain = planned(closed, table, tiny_model_folder)
    earlier = replace(plain, knobs={k: v for k, v in plain.knobs.items() if k not in vars(Keeping())})
    mixing = replace(plain, knobs={**plain.knobs, "replay_percent": 5.0})
    assert key_of(earlier) == key_of(plain)
    assert (
        len({key_of(plain), key_of(mixing), key_of(replace(plain, knobs={**plain.knobs, "base_kl": 1.0}))})
        == 3
    )
    rehearsals = Rehearsals(closed._home)
    for config in (plain, mixing):
        rehearsals.ask(config)
        rehearsals.do_next(lambda: False)
    assert known_pace(closed._home, plain).reply_seconds == 0.0
    assert known_pace(closed._home, mixing).reply_seconds > 0.0


def test_answers_that_are_yet_to_be_written_count_in_the_time():
    amount = Amount(steps=1, learned_rows=0.0, evaluations=0, training_rows=0, held_out_rows=0, replies=20)
    pace = Pace(0.0, 0.0, 1.0, 1, 2.0, trainable_parameters=1, tokens_per_row=1.0, reply_seconds=0.5)
    assert _seconds(amount, pace, 0)[0] == pytest.approx((2.0 + 2.0 + 20 * 0.5) / SURE)
