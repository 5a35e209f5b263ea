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
        self.notice, self.shown = gr.HTML(), gr.HTML()

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.notice, self.shown]

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        if self._damaged:
            raise StudioError("The exam in exam.json is damaged.", "Hold the exam again.")
        return {self.shown: self.name}

    def wire(self) -> None:
        """It has nothing to press."""


def test_a_step_that_cannot_be_shown_says_why_and_the_page_can_go_on(shell: Shell) -> None:
    step = Step("data", damaged=True)
    shell.entries.append(step)
    updates = shell.draw(Session("data").document())
    assert "exam.json is damaged" in updates[step.notice]
    assert "Hold the exam again." in updates[step.notice]
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


def test_a_redraw_takes_back_no_click_that_came_meanwhile(shell: Shell) -> None:
    shell.entries.append(Step("data"))
    session = Session(example=3)
    assert shell.session not in shell.draw_again(session.document())
    assert shell.session not in shell.draw(session.document())


def test_a_redraw_corrects_a_session_that_names_what_is_gone(shell: Shell) -> None:
    shell.entries.append(Step("data"))
    gone = Session(dataset="a" * 16)
    assert read(shell.draw_again(gone.document())[shell.session]).dataset == ""


def test_the_clock_leaves_alone_what_a_visitor_steps_through(shell: Shell) -> None:
    step = Step("data")
    shell.entries.append(step)
    shell.steady.append(step.shown)
    assert step.shown in shell.draw_again(Session().document())
    assert step.shown not in shell.tick(Session().document())
    assert step.shown in shell.tick(Session(dataset="a" * 16).document()), "another data set is shown whole"
