"""The Compare step's fold of what people said: what is missing, the button, and where the button leads."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.services.lessons import LessonsView, LessonView
from studio.services.studio import Studio
from studio.services.views import RunView
from studio.ui.panels import lessons as panel
from studio.ui.session import Session, read
from studio.ui.shell import Shell
from studio.ui.tabs.compare_lessons import LessonsPart

FEW = LessonsView(
    "data1", (LessonView("preference", 1, 10), LessonView("rated", 2, 10), LessonView("pairs", 0, 10))
)
ENOUGH = LessonsView(
    "data1",
    (LessonView("preference", 12, 10, "made1", 10), LessonView("rated", 30, 10), LessonView("pairs", 1, 10)),
    2,
)


@pytest.fixture
def part(shell: Shell) -> LessonsPart:
    return LessonsPart(shell, shell.steps)


def test_what_is_missing_is_said_and_nothing_can_be_pressed() -> None:
    html = panel.lessons(FEW)
    assert panel.title(FEW) == "Learn from what you said: 1 of the 10 preferences that it takes"
    assert "Learning needs at least 10; 9 to go." in html
    assert "<button" not in html
    assert "rated" not in html
    assert "deleted" not in html


def test_with_enough_each_kind_has_its_button_and_says_what_was_taken_before() -> None:
    html = panel.lessons(ENOUGH)
    assert panel.title(ENOUGH) == "Learn from what you said: 12 preferences kept"
    assert "Learn from these 12 preferences" in html
    assert "Learn from these 30 rated answers" in html
    assert "10 were taken before" in html
    assert "1 right answer" in html
    assert "2 judgements of answers of runs that were deleted count" in html


def test_the_button_opens_the_pairs_with_the_model_of_the_run_and_what_they_are_learned_by(
    part: LessonsPart, run_view: Callable[..., RunView], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    run = run_view(config=RunConfig("data1", "v1", model="/models/mine", recipe="quick"))

    def learn(self: Studio, dataset: str, kind: str) -> object:
        asked.append((dataset, kind))
        return SimpleNamespace(id="made1")

    monkeypatch.setattr(Studio, "run", lambda self, name: run)
    monkeypatch.setattr(Studio, "learn_from_feedback", learn)
    before = Session("compare", run="run1", dataset="data1", like="run1", typed={"max_length": 64})
    drawn = part.learn(before.document(), SimpleNamespace(kind="preference"))
    session = read(drawn[part._shell.session])
    assert asked == [("data1", "preference")]
    assert (session.step, session.dataset, session.run, session.like) == ("data", "made1", "", "")
    assert (session.objective, session.model, session.typed) == ("dpo", "/models/mine", {})


@pytest.mark.parametrize(
    ("said", "askable", "shown"), [(FEW, False, True), (FEW, True, True), (None, True, False)]
)
def test_the_fold_is_there_where_something_was_said_or_can_be(
    part: LessonsPart, run_view: Callable[..., RunView], monkeypatch: pytest.MonkeyPatch, said, askable, shown
) -> None:
    def lessons(self: Studio, dataset: str) -> LessonsView:
        if said is None:
            raise Refused("There is no data set.", "")
        return said

    monkeypatch.setattr(Studio, "lessons", lessons)
    assert part.show(run_view(), askable=askable)[part._fold].visible is shown


def test_before_an_exam_and_without_a_word_said_there_is_no_fold(
    part: LessonsPart, run_view: Callable[..., RunView], monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = replace(FEW, lessons=tuple(replace(each, rows=0) for each in FEW.lessons))
    monkeypatch.setattr(Studio, "lessons", lambda self, dataset: nothing)
    assert part.show(run_view(), askable=False)[part._fold].visible is False
    assert part.show(run_view(), askable=True)[part._fold].visible is True
