"""A rehearsal that fails says why; the models of Compare are not in the memory that it measures."""

import pytest

from studio.services.rehearsals import Rehearsals, key_of, known_pace
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
