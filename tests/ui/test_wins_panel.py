"""Who wins question by question stands in a table, by the reward and by people apart."""

from studio.core.exam import Score, Wins
from studio.core.verdict import Verdict
from studio.services.exam_view import ExamView
from studio.ui.panels.wins import wins

BY_REWARD = Wins(18, 2, 12, Score(0.9, 0.683, 0.988), "better")
BY_PEOPLE = Wins(0, 0, 4, None, "too_few")


def view(**further) -> ExamView:
    return ExamView("run1", 40, 32, {}, {}, (), Verdict("good", "Better", "."), **further)


def test_the_wins_by_the_reward_and_by_people_have_a_row_each_with_the_exact_interval() -> None:
    html = wins(view(wins={"reward": BY_REWARD, "votes": BY_PEOPLE}))
    reward, people = html.split("<tr>")[-2:]
    assert "The run's own reward" in reward
    assert '<td data-label="Tuned better">18</td><td data-label="Untouched better">2</td>' in reward
    assert 'better</b> 90 % <small class="interval">[68 %, 99 %]</small>' in reward
    assert "People, the names hidden" in people
    assert '<td data-label="Tie">4</td>' in people
    assert '<td data-label="Wins of those decided">–</td>' in people


def test_nothing_stands_there_where_nobody_judged() -> None:
    assert wins(view()) == ""


def test_what_could_not_be_scored_is_told_as_text() -> None:
    html = wins(view(wins={"reward": BY_REWARD}, left_out=3, left_out_why="<b>timed out</b>"))
    assert "3 more questions could not be scored" in html
    assert "&lt;b&gt;timed out" in html
