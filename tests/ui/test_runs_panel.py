"""The list of runs and runs side by side: what stands there, and nothing of a user's is markup."""

import re
from collections.abc import Callable

import pytest

from studio.core.exam import Score
from studio.core.verdict import Verdict
from studio.core.waits import Wait
from studio.services.comparing_runs import MOST
from studio.services.views import RunView
from studio.services.views_of_runs import ComparedRun, RunsComparison, SettingDifference
from studio.ui.navigation import navigation
from studio.ui.panels import runs, train
from studio.ui.session import Facts, Session

ATTACK = '<img src=x onerror="alert(1)"><script>alert(1)</script>'


def events(html: str) -> list[str]:
    return re.findall(r'data-event="(\w+)"', html)


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({"status": "running"}, {"pause", "halt"}),
        ({"status": "running", "stopping": True}, set()),
        ({"status": "queued", "wait": Wait(0)}, {"pause", "halt"}),
        ({"status": "paused"}, {"resume", "remove"}),
        ({"status": "stopped"}, {"resume", "remove"}),
        ({"status": "interrupted"}, {"resume", "remove"}),
        ({"status": "failed"}, {"resume", "remove"}),
        ({"status": "finished"}, {"remove"}),
    ],
)
def test_each_state_offers_what_can_be_done_and_never_to_delete_what_works(
    run_view: Callable[..., RunView], changes: dict[str, object], offered: set[str]
) -> None:
    always = {"pick", "open", "again", "rename", "annotate"}
    assert set(events(runs.runs([run_view(**changes)], "", ()))) == always | offered


def test_a_late_answer_of_the_clock_finds_no_place_in_a_run_that_has_ended(
    run_view: Callable[..., RunView],
) -> None:
    live, ended = run_view(status="running"), run_view(status="stopped")
    assert f'data-live="status-{live.id}"' in runs.runs([live], "", ())
    assert "data-live" not in runs.runs([ended], "", ())
    steps = [navigation(Facts(Session("train", run=each.id), None, each, (each,))) for each in (live, ended)]
    assert [f'data-live="status-{live.id}"' in html for html in steps] == [True, False]


def test_runs_that_wait_can_be_moved_where_there_is_another_to_change_places_with(
    run_view: Callable[..., RunView],
) -> None:
    first, second, third = (
        run_view(id=f"run{place}", status="queued", wait=Wait(place), step=0) for place in range(3)
    )
    assert not {"up", "down"} & set(events(runs.runs([first], "", ())))
    html = runs.runs([third, first, second], "", ())
    moves = set(re.findall(r'data-event="(up|down)" data-id="(\w+)"', html))
    assert moves == {("down", "run0"), ("up", "run1"), ("down", "run1"), ("up", "run2")}


def test_a_word_is_typed_only_where_something_trained_is_lost(run_view: Callable[..., RunView]) -> None:
    assert 'data-ask="typed" data-word="delete"' in runs.runs([run_view(status="stopped")], "", ())
    nothing = runs.runs([run_view(status="failed", checkpoints=())], "", ())
    assert 'data-ask="confirm"' in nothing
    assert "typed" not in nothing


def test_a_seventh_run_cannot_be_ticked(run_view: Callable[..., RunView]) -> None:
    views = [run_view(id=f"run{number}", status="finished") for number in range(MOST + 1)]
    html = runs.runs(views, "", [view.id for view in views[:MOST]])
    assert (html.count(" checked"), html.count(" disabled")) == (MOST, 1)
    assert f'title="{MOST} are chosen"' in html
    assert not re.search(r"<input", runs.runs([run_view(step=0)], "", ())), "nothing to compare yet"


def test_the_result_stands_before_how_it_was_made(run_view: Callable[..., RunView]) -> None:
    html = runs.runs([run_view(status="finished", notes="my <b>note</b>")], "run1", ())
    assert html.index("3.100 → 2.100") < html.index("starter · LoRA")
    assert "my &lt;b&gt;note&lt;/b&gt;" in html
    assert "No runs yet" in runs.runs([], "", ())


def test_the_head_leads_to_the_list_where_there_are_more(run_view: Callable[..., RunView]) -> None:
    assert 'data-jump="runs"' not in train.head(run_view())
    assert "All your runs (3)" in train.head(run_view(), 2)


def compared(run: RunView, exam: Score | None = None) -> ComparedRun:
    return ComparedRun(run, ((1, 0.5, 3.0),), ((0, 0.0, 3.1), (5, 2.5, 2.1)), exam, 2_500_000)


def test_side_by_side_shows_the_verdict_first_then_results_and_only_different_settings(
    run_view: Callable[..., RunView],
) -> None:
    first = compared(run_view(name="One", status="finished"), Score(2.1, 2.0, 2.2))
    second = compared(run_view(id="run2", name="Two", peak_memory_bytes=3_000_000_000))
    verdict = Verdict("good", "A clear winner", "“One” has the lowest error.")
    different = (SettingDifference("rank", "Size of the add-on", ("8", "–")),)
    html = runs.side_by_side(RunsComparison((first, second), different, verdict, "run1"), "seconds")
    order = [html.index(part) for part in ("A clear winner", "data-figure", "2.5 MB", "Size of the add-on")]
    assert order == sorted(order)
    assert "exam 2.100 [2.000, 2.200]" in html
    assert html.count("lowest</span>") == 1
    assert 'value="seconds" data-event="axis" checked' in html
    assert "3.0 GB" in html
    same = runs.side_by_side(RunsComparison((first, second), (), verdict), "step")
    assert "All settings are the same" in same
    assert "lowest</span>" not in same


def test_no_text_of_a_user_becomes_markup(run_view: Callable[..., RunView]) -> None:
    run = run_view(id=ATTACK, name=ATTACK, notes=ATTACK, dataset_name=ATTACK, status="stopped")
    found = RunsComparison(
        (compared(run), compared(run)),
        (SettingDifference(ATTACK, ATTACK, (ATTACK, ATTACK)),),
        Verdict("good", ATTACK, ATTACK),
    )
    for html in (runs.runs([run], "", ()), runs.side_by_side(found, "step"), runs.one_more(ATTACK)):
        assert "<script" not in html
        assert "<img" not in html
