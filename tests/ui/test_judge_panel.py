"""The judge on the screen: what it said, how far to trust it, and where answers would go before a press."""

from dataclasses import replace

import gradio as gr
import pytest

from studio.core.errors import Refused
from studio.core.exam import Score
from studio.evaluation.votes import Agreement, Tally
from studio.services.views import JobView
from studio.services.views_of_votes import JudgeView
from studio.ui.panels import judge as panel
from studio.ui.session import Session
from studio.ui.shell import Shell
from studio.ui.tabs.compare_judge import HERE, THERE, JudgePart

ATTACK = "<script>alert(1)</script>\"'><img onerror=alert(1)>"
VIEW = JudgeView(
    judge="some-model",
    address="https://api.example.com/v1",
    counted=Tally(18, 7, 6),
    swayed=4,
    unread=1,
    unasked=2,
    won=Score(0.72, 0.51, 0.88),
    verdict="better",
    people=Agreement(15, 20, 0.41),
)


@pytest.fixture
def part(shell: Shell) -> JudgePart:
    return JudgePart(shell, gr.HTML())


def test_what_the_judge_said_stands_with_its_interval_and_its_agreement() -> None:
    html = panel.judge(VIEW, None)
    assert "It prefers the tuned model." in html
    assert "18 of the 25 questions that it decided (72 %; exact 95 % interval 51 % to 88 %" in html
    assert "It agrees with you on 15 of 20 questions (Cohen&#x27;s kappa 0.41, 0 is chance)." in html
    assert "On 4 questions it changed its mind with the places" in html
    assert "On 1 question its reply named no answer" in html
    assert "2 questions were too long for it" in html
    assert "some-model</code> at https://api.example.com/v1" in html


def test_without_votes_its_agreement_is_not_made_up() -> None:
    html = panel.judge(replace(VIEW, people=Agreement(0, 0)), None)
    assert "is told once you have voted" in html
    assert "kappa" not in html


def test_a_judge_that_decided_nothing_is_said_to_have_decided_nothing() -> None:
    nothing = replace(VIEW, counted=Tally(0, 0, 7), won=None, verdict="too_few")
    assert "It preferred neither answer on any question." in panel.judge(nothing, None)
    assert panel.title(nothing) == "Let a model judge: it decided no question"
    assert panel.title(VIEW) == "Let a model judge: the tuned answer in 18 of 25"
    assert panel.title(None) == "Let a model judge"


def test_a_judge_at_work_can_be_stopped_and_one_that_failed_says_why() -> None:
    working = JobView("j1", "judge", "running", 3, 32, "The judge reads")
    assert 'data-event="stop"' in panel.judge(None, working)
    failed = replace(working, status="failed", message="It does not accept this key.", hint="Enter it again.")
    html = panel.judge(None, failed)
    assert "It does not accept this key." in html
    assert 'data-event="stop"' not in html


def test_before_the_press_it_is_said_where_the_answers_would_go(part: JudgePart) -> None:
    elsewhere = part.tell_where(THERE, "https://api.example.com/v1")[part.leaves]
    assert "Your data will leave this computer." in elsewhere
    assert "api.example.com" in elsewhere
    assert "they do not leave it" in part.tell_where(THERE, "http://127.0.0.1:8080")[part.leaves]
    assert part.tell_where(THERE, "https:/")[part.leaves] == ""
    assert part.tell_where(THERE, None)[part.leaves] == "", "a field that was never touched"
    assert part.tell_where(HERE, "https://api.example.com/v1")[part.leaves] == ""


def test_an_address_that_is_missing_asks_no_model_of_this_machine_instead(part: JudgePart) -> None:
    with pytest.raises(Refused, match="has no address"):
        part.ask(Session("compare", run="r").document(), THERE, "starter", "  ", "")


def test_a_visitor_from_elsewhere_names_neither_a_folder_nor_an_address(shell: Shell) -> None:
    part = JudgePart(replace(shell, local=False), gr.HTML())
    assert [value for _, value in part.place.choices] == [HERE]
    with pytest.raises(Refused, match="not a name on the hub"):
        part.ask(Session("compare", run="r").document(), THERE, "/etc", "http://127.0.0.1:1/v1", "")


def test_no_tag_gets_through() -> None:
    view = replace(VIEW, judge=ATTACK, address=ATTACK, note=ATTACK)
    failed = JobView("j", "judge", "failed", 0, 0, ATTACK, ATTACK)
    for html in (panel.judge(view, failed), panel.leaves(ATTACK, here=False)):
        assert "<script" not in html
        assert "<img" not in html
