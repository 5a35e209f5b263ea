"""A run that mixes in the untouched model's replies: written once, kept, and the same after a stop."""

import json

import pytest

from studio.core import events
from studio.engine import replay
from studio.engine.generate import PROMPTS_AT_ONCE
from studio.services.amounts import amount_of
from studio.services.studio import Studio
from studio.services.views import Duty
from studio.store.replies import FILE, replayed_of
from tests.services.conftest import STEPS, ended, planned, wait_for, weights_of

PERCENT = 20.0


@pytest.fixture(autouse=True)
def short_answers(monkeypatch):
    monkeypatch.setattr(replay, "LONGEST_ANSWER", 8)


def started(studio: Studio, run: str) -> events.RunStarted:
    said = [each.event for each in studio._home.runs.folder(run).read()[0]]
    return next(event for event in reversed(said) if isinstance(event, events.RunStarted))


def test_replies_are_written_once_noted_in_the_run_and_counted_in_its_story(
    studio, home, table, tiny_model_folder, monkeypatch
):
    config = planned(studio, table, tiny_model_folder, replay_percent=PERCENT)
    foreseen = amount_of(studio._home, config, 1.0)
    first = studio.start(config, "first")
    assert ended(studio, first) == "finished"
    begun, noted = started(studio, first), replayed_of(studio._home.runs.folder(first))
    assert begun.training_rows == foreseen.training_rows
    assert begun.replayed_rows == noted.examples == round(begun.training_rows * PERCENT / 100)
    assert len(noted.replies) == noted.examples == foreseen.replies == foreseen.mixed_in
    assert amount_of(studio._home, config, 1.0).replies == 0

    def again(*_):
        raise AssertionError("they were written before")

    monkeypatch.setattr(replay, "load_model", again)
    second = studio.start(config, "second")
    assert ended(studio, second) == "finished"
    assert replayed_of(studio._home.runs.folder(second)) == noted
    assert weights_of(home, first, STEPS) == weights_of(home, second, STEPS)


def test_a_run_goes_on_with_what_it_began_with_bit_equal(home, table, tiny_model_folder):
    duty = Duty(quiet_seconds=0.0, exam_after_training=False)
    studio = Studio(home)
    studio.open(duty)
    config = planned(studio, table, tiny_model_folder, replay_percent=PERCENT)
    first, second = studio.start(config, "first"), studio.start(config, "second")
    wait_for(lambda: studio.run(first).step >= 4)
    studio.pause(first)
    assert ended(studio, second) == "finished"
    studio.close()
    for kept in (home / "replies").iterdir():
        kept.unlink()

    studio = Studio(home)
    studio.open(duty)
    studio.resume(first)
    wait_for(lambda: studio.run(first).status == "finished")
    studio.close()
    assert weights_of(home, first, STEPS) == weights_of(home, second, STEPS)
    assert not list((home / "replies").iterdir()), "nothing was asked again"


def test_it_stops_while_replies_are_written_and_keeps_the_groups_that_are_done(
    studio, home, table, tiny_model_folder, monkeypatch
):
    asked = []
    write = replay.write_group

    def slow(*given):
        asked.append(given)
        if len(asked) == 2:
            studio.stop(run)
            wait_for(given[-1])  # whether to stop
        return write(*given)

    monkeypatch.setattr(replay, "write_group", slow)
    config = planned(studio, table, tiny_model_folder, replay_percent=60.0)
    run = studio.start(config, "stopped")
    assert ended(studio, run) == "stopped"
    assert not (home / "runs" / run / FILE).exists()
    (kept,) = (home / "replies").iterdir()
    assert len(json.loads(kept.read_text())["replies"]) == PROMPTS_AT_ONCE


def test_without_the_setting_nothing_is_asked_or_noted(studio, home, table, tiny_model_folder):
    run = studio.start(planned(studio, table, tiny_model_folder), "plain")
    assert ended(studio, run) == "finished"
    assert started(studio, run).replayed_rows == 0
    assert not (home / "runs" / run / FILE).exists()
    assert not (home / "replies").exists()


def test_where_no_reply_fits_the_run_says_what_to_change(studio, table, tiny_model_folder):
    config = planned(studio, table, tiny_model_folder, replay_percent=PERCENT, max_length=32)
    run = studio.start(config, "too short")
    assert ended(studio, run) == "failed"
    said = [each.event for each in studio._home.runs.folder(run).read()[0]]
    assert "No answer of the untouched model can be mixed in" in said[-1].message
    assert "max_length" in said[-1].hint
