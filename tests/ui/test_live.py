"""The once-a-second poll."""

import json
from collections.abc import Callable

from studio.core.errors import Refused
from studio.services.views import Answer, Comparison, JobView, RunView
from studio.services.views_of_curves import Points
from studio.ui.live import Live, Watched, settled, tag
from studio.ui.points import points_document


class OneRun:
    """A studio with one run and one comparison: plain values, nothing runs."""

    owner = "me"

    def __init__(self, run: RunView, points: Points, comparison: Comparison | None = None) -> None:
        self.run, self.held, self.answered, self.lists_read = run, points, comparison, 0

    def runs(self) -> tuple[RunView, ...]:
        self.lists_read += 1
        return (self.run,)

    def points(self, run: str, since: int) -> Points:
        assert run == self.run.id
        return self.held

    def server(self) -> None:
        """Nobody opened one."""

    def comparison(self, ident: str) -> Comparison:
        if self.answered is None or self.answered.id != ident:
            raise Refused("There is no such comparison.", "Ask again.")
        return self.answered


TWENTY = Points(
    900, False, tuple((step, 2.7182818 / step) for step in range(1000, 1020)), ((1010, 1.23456789),)
)


def test_twenty_new_points_take_far_less_than_a_kilobyte(run_view: Callable[..., RunView]) -> None:
    reply = Live(OneRun(run_view(), TWENTY)).reply(Watched("run1"), since=300)
    assert len(json.dumps(reply, separators=(",", ":")).encode()) < 850
    assert len(reply["points"]["training"]["x"]) == 20


def test_a_long_curve_comes_thinned_once_and_whole_deltas_after() -> None:
    many = Points(5, False, tuple((step, 1.0) for step in range(100_000)), ())
    assert len(points_document(many, 0)["training"]["x"]) <= 4000
    assert len(points_document(TWENTY, 300)["training"]["x"]) == 20


def test_eight_pages_read_the_list_of_runs_once(run_view: Callable[..., RunView]) -> None:
    studio, now = OneRun(run_view(), TWENTY), [0.0]
    live = Live(studio, fresh_seconds=1.0, clock=lambda: now[0])
    for _ in range(8):
        live.reply(Watched("run1"), since=-1)
    assert studio.lists_read == 1
    now[0] = 1.5
    live.reply(Watched("run1"), since=-1)
    assert studio.lists_read == 2


def test_polling_ends_with_the_run_and_goes_on_for_its_jobs(run_view: Callable[..., RunView]) -> None:
    ended = run_view(status="finished")
    examined = run_view(status="finished", jobs=(JobView("j", "exam", "running", 1, 4, "Scoring"),))
    assert not Live(OneRun(ended, TWENTY)).reply(Watched("run1"), since=-1)["live"]
    reply = Live(OneRun(examined, TWENTY)).reply(Watched("run1"), since=-1)
    assert reply["live"]
    assert reply["bars"] == {"j": 25}
    assert reply["texts"]["job-j"] == "Scoring · 1 of 4"


def test_a_page_that_was_drawn_from_newer_runs_is_not_told_what_is_over(
    run_view: Callable[..., RunView],
) -> None:
    studio = OneRun(run_view(), TWENTY)
    live = Live(studio, fresh_seconds=1.0, clock=lambda: 0.0)
    assert "status-run1" in live.reply(Watched("run1"), since=-1)["texts"]
    studio.run = run_view(status="stopped")
    drawn = tag((studio.run,), studio.run, None)
    told = live.reply(Watched("run1"), since=-1, known=drawn)
    assert (told["tag"], told["texts"]) == (drawn, {})
    live.reply(Watched("run1"), since=-1, known=drawn)
    assert studio.lists_read == 2, "a page that knows nothing newer reads no list"


def test_a_page_without_a_chart_is_sent_no_points(run_view: Callable[..., RunView]) -> None:
    assert "points" not in Live(OneRun(run_view(), TWENTY)).reply(Watched("run1"), since=-1)
    assert "points" not in Live(OneRun(run_view(), TWENTY)).reply(Watched(""), since=0)


def test_growing_answers_are_sent_until_both_are_done(run_view: Callable[..., RunView]) -> None:
    growing = Comparison("c", "Why?", {"base": Answer("Be", False), "run1": Answer("It is", True)})
    reply = Live(OneRun(run_view(), TWENTY, growing)).reply(Watched("run1", question="c"), since=-1)
    assert reply["asking"]
    assert reply["texts"]["answer-base"] == "Be"
    assert not settled(growing)
    gone = Live(OneRun(run_view(), TWENTY)).reply(Watched("run1", question="c"), since=-1)
    assert "asking" not in gone


def test_the_tag_changes_with_what_is_said_and_not_with_what_is_counted(
    run_view: Callable[..., RunView],
) -> None:
    first = run_view()
    same = run_view(step=6, seconds=14.0, seconds_left=9.0, tokens_per_second=251.0)
    assert tag((first,), first, None) == tag((same,), same, None)
    for change in ({"status": "stopped"}, {"eval_loss": 1.9}, {"name": "Other"}, {"notes": "n"}):
        other = run_view(**change)
        assert tag((first,), first, None) != tag((other,), other, None), change
