"""The blind vote: no word of it tells whose answer is whose before the end, and users' texts stay texts."""

import re
from dataclasses import replace

import pytest

from studio.core.exam import Score
from studio.core.verdict import Verdict
from studio.evaluation.votes import Agreement, Tally
from studio.services.views_of_votes import OpenQuestion, VotedQuestion, VotesView
from studio.ui.panels import votes as panel

ATTACK = "<script>alert(1)</script>\"'><img onerror=alert(1)>"
OPEN = VotesView("run1", 12, 32, 7, 1, 2, False, OpenQuestion("k1", "Why?", "Because.", "", "So."))
SHOWN = VotesView(
    "run1",
    12,
    32,
    32,
    1,
    2,
    True,
    None,
    counted=Tally(18, 7, 8),
    won=Score(0.72, 0.51, 0.88),
    verdict="better",
    said=Verdict("good", "You prefer the tuned model", "In 18 of 25."),
    metrics={"rougeL": Agreement(15, 20), "exact_match": Agreement(0, 0)},
    rows=(
        VotedQuestion(1234, "Why?", "No.", "Yes.", "tuned"),
        VotedQuestion(0, "How?", "So.", "So.", "identical"),
    ),
    pairs_kept=25,
)


def test_the_open_question_names_nobody_and_says_how_far_it_is() -> None:
    html = panel.votes(OPEN)
    assert "Question 8 of 32" in html
    assert not re.search(r"tuned|untouched|Before|After|base", html)
    for choice in ("left", "right", "tie", "both_bad", "skipped"):
        assert f'data-choice="{choice}"' in html
    assert html.count('data-key="k1"') == 5
    assert 'class="answer tuned"' not in html, "its colour would tell"


def test_answers_of_an_earlier_point_of_the_run_are_said_to_be_so() -> None:
    for view in (OPEN, SHOWN):
        assert "earlier point" not in panel.votes(view) + panel.title(view)
        then = replace(view, earlier=True)
        assert "These answers are of an earlier point of the run, step 12." in panel.votes(then)
        assert panel.title(then).endswith("(of an earlier point)")


def test_a_long_expected_answer_scrolls_in_a_box_that_the_keyboard_reaches() -> None:
    html = panel.votes(OPEN)
    assert '<div class="boxed" tabindex="0" role="region" aria-label="Expected answer">So.</div>' in html
    assert "Expected answer" not in panel.votes(replace(OPEN, open=replace(OPEN.open, expected="")))


def test_an_empty_answer_is_said_to_be_empty() -> None:
    assert "Nothing was written." in panel.votes(OPEN)


def test_questions_that_nobody_was_asked_are_counted_apart_from_ties() -> None:
    html = panel.votes(SHOWN)
    assert re.search(r">6<.*?>ties<.*?>2<.*?>alike, not asked<", html, re.DOTALL)


def test_before_the_first_vote_there_is_nothing_to_undo_or_to_show() -> None:
    html = panel.votes(replace(OPEN, voted=0))
    assert 'data-event="undo"' not in html
    assert 'data-event="end"' not in html


def test_the_result_names_both_and_sets_the_measures_beside_the_votes() -> None:
    html = panel.votes(SHOWN)
    assert "In 18 of 25." in html
    assert "15 of 20 (75 %)" in html
    assert "Answers word for word" not in html, "a measure that told nothing apart agrees with nobody"
    assert "Alike, not asked" in html
    assert '<th scope="row">1,234</th>' in html
    assert '<th scope="row">typed</th>' in html
    assert 'data-event="on"' not in html, "no question is left"


def test_what_was_left_can_be_gone_on_with() -> None:
    assert "Go on with the other 20" in panel.votes(replace(SHOWN, voted=12))


@pytest.mark.parametrize(
    ("view", "title"),
    [
        (None, "Judge for yourself"),
        (replace(OPEN, voted=0), "Judge for yourself: two answers, names hidden (32 questions)"),
        (OPEN, "Judge for yourself: two answers, names hidden (7 of 32)"),
        (SHOWN, "Judge for yourself: you preferred the tuned answer in 18 of 25"),
        (replace(SHOWN, counted=Tally(0, 0, 3)), "Judge for yourself: no answer was preferred"),
    ],
)
def test_the_fold_says_the_result_in_its_own_line(view: VotesView | None, title: str) -> None:
    assert panel.title(view) == title


def test_lines_that_could_not_be_read_are_told() -> None:
    assert "2 lines of the votes could not be read." in panel.votes(replace(SHOWN, damaged=2))


def test_no_tag_of_a_user_gets_through() -> None:
    rows = (VotedQuestion(2, ATTACK, ATTACK, ATTACK, "base"),)
    asked = replace(OPEN, open=OpenQuestion(ATTACK, ATTACK, ATTACK, ATTACK, ATTACK))
    for html in (panel.votes(asked), panel.votes(replace(SHOWN, rows=rows)), panel.kept(ATTACK, 3)):
        assert "<script" not in html
        assert "<img" not in html
