"""The frame of the page holds whatever a step cannot show."""

import gradio as gr

from studio.core.errors import StudioError
from studio.ui.session import Facts, Session, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates


class Step:
    """A step that says what it was given, or cannot be shown."""

    def __init__(self, name: str, *, damaged: bool = False) -> None:
        self.name, self._damaged = name, damaged
        self.notice, self.shown, self.entered = gr.HTML(), gr.HTML(), False

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.notice, self.shown]

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        if self._damaged:
            raise StudioError("The exam in exam.json is damaged.", "Hold the exam again.")
        self.entered = entering
        return {self.shown: self.name}

    def wire(self) -> None:
        """It has nothing to press."""


def test_a_step_that_cannot_be_shown_says_why_and_the_page_can_go_on(shell: Shell) -> None:
    step = Step("data", damaged=True)
    shell.entries.append(step)
    updates = shell.draw(Session("data").document())
    assert "exam.json is damaged" in updates[step.notice]
    assert "Hold the exam again." in updates[step.notice]
    assert read(updates[shell.session]).step == "data"
    assert shell.steps in updates


def test_what_went_wrong_on_a_step_is_over_when_one_comes_back_to_it(shell: Shell) -> None:
    step = Step("data")
    shell.entries.append(step)
    assert shell.step("data")(Session().document())[step.notice] == ""
    assert step.notice not in shell.draw(Session().document()), "a handler has just written there"


def test_a_damaged_exam_or_export_leaves_its_step_open(shell: Shell) -> None:
    """Every step of the studio has a notice among its outputs, or the frame could not write there."""
    from studio.ui.app import TABS

    for tab in TABS:
        entry = tab(shell)
        assert entry.notice in entry.outputs()


def test_the_back_key_brings_back_a_place_and_takes_no_choice_away(shell: Shell) -> None:
    shell.entries.append(Step("data"))
    chosen = Session("train", recipe="quick", place="hub", elsewhere="ada/mine", compared="", voices="a b")
    address = {"step": "data", "back": True, "dataset": "", "run": "", "question": ""}
    left = read(shell.go(chosen.document(), gr.EventData(None, address))[shell.session])
    assert left == chosen.at("data")


def test_a_step_that_gives_way_to_another_is_drawn_as_by_somebody_who_comes(shell: Shell) -> None:
    """The data set became unfit on another page: this one falls back to a step that it never drew."""
    step = Step("data")
    shell.entries.append(step)
    shell.draw_again(Session("data").document())
    assert not step.entered
    shell.draw_again(Session("method").document())
    assert step.entered
