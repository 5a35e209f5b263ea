"""Under an answer of Compare: thumbs that stay pressed, the right answer, and texts that stay texts."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from studio.core.errors import Refused
from studio.services.rating import RatingView
from studio.services.studio import Studio
from studio.services.views import Answer, Comparison, RunView
from studio.ui.panels import ratings as panel
from studio.ui.session import Session
from studio.ui.shell import Shell
from studio.ui.tabs.compare_answers import AnswersPart

ATTACK = "<script>alert(1)</script>\"'>"
SESSION = Session("compare", run="run1", question="q1").document()


@pytest.fixture
def part(shell: Shell) -> AnswersPart:
    return AnswersPart(shell, shell.steps)


def test_what_was_said_stays_pressed_and_a_right_answer_takes_the_thumbs_place() -> None:
    answer = Answer("So.", True)
    assert panel.rating("base", "Before", answer, None).count('aria-pressed="false"') == 2
    good = panel.rating("base", "Before", answer, RatingView(True))
    assert 'data-said="good" aria-pressed="true"' in good
    assert 'data-value="So."' in good
    written = panel.rating("run1", "After", answer, RatingView(False, ATTACK))
    assert written.count('aria-pressed="false"') == 2
    assert "Take it back" in written
    assert "<script" not in written
    assert 'data-value="&lt;script' in written


def test_answers_that_cannot_be_rated_have_no_thumbs(
    part: AnswersPart, run_view: Callable[..., RunView], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"base": Answer("No.", True, "ab12"), "run1": Answer("Yes.", True, "cd34")}
    monkeypatch.setattr(Studio, "ratings", lambda self, name: {"run1": None})
    html = part.show(run_view(), Comparison("q1", "Why?", answers))[part.answers]
    assert html.count('class="rate"') == 1
    growing = answers | {"run1": Answer("Y", False)}
    assert 'class="rate"' not in part.show(run_view(), Comparison("q1", "Why?", growing))[part.answers]

    def deleted(self: Studio, name: str) -> None:
        raise Refused("The data set of this run was deleted.", "")

    monkeypatch.setattr(Studio, "ratings", deleted)
    assert 'class="rate"' not in part.show(run_view(), Comparison("q1", "Why?", answers))[part.answers]


@pytest.mark.parametrize(
    ("before", "pressed", "kept"),
    [
        (None, {"said": "good"}, RatingView(True)),
        (RatingView(True), {"said": "bad"}, RatingView(False)),
        (RatingView(True), {"said": "good"}, None),
        (RatingView(False, "So."), {"said": "bad"}, RatingView(False)),
        (RatingView(False, "So."), {"said": "nothing"}, None),
        (None, {"said": "written", "text": " So. "}, RatingView(False, "So.")),
    ],
)
def test_a_press_is_kept_and_the_same_one_again_takes_it_back(
    part: AnswersPart, monkeypatch: pytest.MonkeyPatch, before, pressed, kept
) -> None:
    said: list[tuple] = []
    monkeypatch.setattr(Studio, "ratings", lambda self, name: {"run1": before})
    monkeypatch.setattr(Studio, "rate", lambda self, *what: said.append(what))
    part.rate(SESSION, SimpleNamespace(who="run1", **pressed))
    assert said == [("q1", "run1", kept)]


def test_an_empty_right_answer_is_refused(part: AnswersPart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Studio, "ratings", lambda self, name: {"run1": None})
    with pytest.raises(Refused, match="right answer is empty"):
        part.rate(SESSION, SimpleNamespace(who="run1", said="written", text="  "))
