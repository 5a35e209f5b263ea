"""Compare: the blind vote on pairs of answers, and beside it the judge model. Each press is kept at once."""

from collections.abc import Callable

import gradio as gr

from studio.core.errors import StudioError
from studio.services.views import RunView
from studio.services.views_of_votes import VotesView
from studio.ui.markup import problem
from studio.ui.panels import votes as panel
from studio.ui.session import read
from studio.ui.shell import Shell
from studio.ui.tabs.compare_drawn import DrawnPart
from studio.ui.tabs.compare_judge import JudgePart
from studio.ui.tabs.compare_lessons import LessonsPart
from studio.ui.wiring import Updates, event_text, html_part, on, told


class VotesPart:
    """Laid out when made. A vote draws itself alone: the rest of the step shows nothing of it."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        with gr.Accordion(
            panel.TITLE, open=False, elem_id="judge-yourself", elem_classes="fold", visible=False
        ) as self._fold:
            self.votes = html_part("votes", "vote", "undo", "end", "on", script="votes")
            self.kept = html_part("votes-kept")
        self._further = DrawnPart(shell, notice)
        self.lessons = LessonsPart(shell, notice)
        self._judge = JudgePart(shell, notice)

    def outputs(self) -> list[gr.blocks.Block]:
        return [*self._own(), *self._further.outputs(), *self._judge.outputs()]

    def _own(self) -> list[gr.blocks.Block]:
        return [self._fold, self.votes, self.kept, *self.lessons.outputs()]

    def wire(self) -> None:
        safe = told(self._notice)
        handlers: tuple[tuple[Callable[..., object], Callable[..., Updates]], ...] = (
            (self.votes.vote, self.vote),
            (self.votes.undo, self.undo),
            (self.votes.end, self.end),
            (self.votes.on, self.go_on),
        )
        for event, handler in handlers:
            # The session is not changed, but with it an answer cannot come before that to an earlier press.
            outputs = [self._notice, self._shell.session, *self._own()]
            on(event, safe(handler), inputs=[self._shell.session], outputs=outputs, repeats="multiple")
        self._further.wire(self.lessons)
        self.lessons.wire()
        self._judge.wire()

    def show(self, run: RunView) -> Updates:
        """Return all parts for a run; hidden where there is nothing to judge."""
        return {**self._drawn(run.id), **self._further.show(run), **self._judge.show(run)}

    def _drawn(self, run: str) -> Updates:
        try:
            view = self._studio.votes(run)
        except StudioError as error:
            view = None
            shown = {
                self._fold: gr.Accordion(label=panel.TITLE, visible=True),
                self.votes: problem(error),
                self.kept: "",
            }
        else:
            shown = self._votes(run, view)
        return {**shown, **self.lessons.show(self._studio.run(run), askable=_askable(view))}

    def _votes(self, run: str, view: VotesView | None) -> Updates:
        if view is None or not _askable(view):
            return {self._fold: gr.Accordion(visible=False), self.votes: "", self.kept: ""}
        return {
            self._fold: gr.Accordion(label=panel.title(view), visible=True),
            self.votes: panel.votes(view),
            self.kept: self._download(run, view),
        }

    def _download(self, run: str, view: VotesView) -> str:
        if not view.pairs_kept or not view.shown:
            return ""
        return panel.kept(self._studio.run(run).config.dataset, view.pairs_kept)

    # Handlers

    def vote(self, document: object, event: gr.EventData) -> Updates:
        run = read(document).run
        self._studio.vote(run, event_text(event, "key"), event_text(event, "choice"))
        return self._drawn(run)

    def undo(self, document: object) -> Updates:
        run = read(document).run
        self._studio.undo_vote(run)
        return self._drawn(run)

    def end(self, document: object) -> Updates:
        run = read(document).run
        self._studio.end_voting(run)
        return self._drawn(run)

    def go_on(self, document: object) -> Updates:
        run = read(document).run
        self._studio.go_on_voting(run)
        return self._drawn(run)


def _askable(view: VotesView | None) -> bool:
    return view is not None and bool(view.questions or view.identical)
