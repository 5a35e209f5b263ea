"""The Compare step's drawn answers: asked for, stopped, judged in pairs that name nobody."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from studio.core.config import RunConfig
from studio.core.drawn import Wanted
from studio.core.errors import Refused
from studio.services.drawn_votes import DrawnView
from studio.services.studio import Studio
from studio.services.views import JobView, RunView
from studio.services.views_of_votes import OpenQuestion
from studio.ui.panels import drawn as panel
from studio.ui.session import Session
from studio.ui.shell import Shell
from studio.ui.tabs.compare_drawn import DrawnPart

ATTACK = "<script>alert(1)</script>\"'>"
VIEW = DrawnView("run1", 12, 6, 24, 0.9, 11, 2, OpenQuestion("k1", ATTACK, ATTACK, "", ATTACK))


@pytest.fixture
def part(shell: Shell) -> DrawnPart:
    return DrawnPart(shell, shell.steps)


def test_a_pair_is_asked_with_how_it_was_drawn_and_users_texts_stay_texts() -> None:
    html = panel.drawn(VIEW, None)
    assert panel.title(VIEW) == "Judge more answers: 2 of 11 pairs"
    assert "Question 3 of 11" in html
    assert "Both by the tuned model, drawn at temperature 0.9." in html
    assert "<script" not in html
    assert html.count('data-key="k1"') == 5
    assert "Undo the last vote" in html
    assert "earlier point" in panel.drawn(replace(VIEW, earlier=True), None)


def test_at_the_end_the_last_vote_can_still_be_undone_and_equal_answers_are_told() -> None:
    html = panel.drawn(replace(VIEW, open=None, voted=11), None)
    assert "24 answers to 6 questions judged." in html
    assert "Undo the last vote" in html
    assert "came out alike" in panel.drawn(replace(VIEW, open=None, pairs=0, voted=0), None)


def test_while_it_draws_it_can_be_stopped_and_then_goes_on_where_it_was() -> None:
    running = panel.drawn(VIEW, JobView("1", "draw", "running", 3, 24))
    assert 'data-event="stop"' in running
    assert "data-voting" not in running
    stopped = panel.drawn(None, JobView("1", "draw", "stopped"))
    assert "it goes on where it was" in stopped


def test_what_is_typed_is_asked_for_and_untouched_fields_have_their_defaults(
    part: DrawnPart, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple] = []
    monkeypatch.setattr(Studio, "start_drawing", lambda self, *what: asked.append(what))
    session = Session("compare", run="run1").document()
    part.draw(session, None, None, None)
    part.draw(session, "Why?\nHow?", 3, 1.2)
    assert asked == [("run1", Wanted(4, 0.9)), ("run1", Wanted(3, 1.2, ("Why?", "How?")))]


def test_a_vote_is_passed_on_and_the_running_job_stopped(
    part: DrawnPart, run_view: Callable[..., RunView], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple] = []
    run = run_view(jobs=(JobView("1", "exam", "running"), JobView("2", "draw", "running")))
    monkeypatch.setattr(Studio, "run", lambda self, name: run)
    for verb in ("vote_on_drawn", "undo_vote_on_drawn", "stop_job"):
        monkeypatch.setattr(Studio, verb, lambda self, *what, verb=verb: done.append((verb, *what)))
    session = Session("compare", run="run1").document()
    part.vote(session, SimpleNamespace(key="k1", choice="left"))
    part.undo(session)
    part.stop(session)
    assert done == [
        ("vote_on_drawn", "run1", "k1", "left"),
        ("undo_vote_on_drawn", "run1"),
        ("stop_job", "run1", "2"),
    ]


def test_a_run_that_sorts_has_nothing_to_draw_and_a_lost_data_set_is_told(
    part: DrawnPart, run_view: Callable[..., RunView], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Studio, "drawn", lambda self, run: None)
    sorts = run_view(config=RunConfig("data1", "v1", objective="classification"))
    assert part.show(sorts)[part._fold].visible is False
    assert part.show(run_view())[part._fold].visible is True

    def deleted(self: Studio, run: str) -> None:
        raise Refused("The data set of this run was deleted.", "")

    monkeypatch.setattr(Studio, "drawn", deleted)
    assert "was deleted" in part.show(run_view())[part.drawn]
