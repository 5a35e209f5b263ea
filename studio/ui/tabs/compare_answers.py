"""Compare: the two answers to a typed question, and what is said of each of them."""

from collections.abc import Mapping

import gradio as gr

from studio.core.errors import Refused
from studio.engine.outputs import judges_only
from studio.services.rating import RatingView
from studio.services.views import Comparison, RunView
from studio.ui import live
from studio.ui.panels import compare as panel
from studio.ui.session import read
from studio.ui.shell import Shell
from studio.ui.tabs.compare_lessons import LessonsPart
from studio.ui.wiring import Updates, event_text, html_part, on, told


class AnswersPart:
    """Laid out when made. A thumb draws the answers and what can be learned, and nothing else of the step."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        self.answers = html_part("answers", "rate")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.answers]

    def wire(self, lessons: LessonsPart) -> None:
        """Attach the handlers; `lessons` are drawn with each thumb, which may be the one that was missing."""

        def rate(document: object, event: gr.EventData) -> Updates:
            self.rate(document, event)
            session = read(document)
            run = self._studio.run(session.run)
            comparison = live.comparison_of(self._studio, session.question)
            return {**self.show(run, comparison), **lessons.show(run, askable=True)}

        outputs = [self._notice, self.answers, *lessons.outputs()]
        rated = told(self._notice)(rate)
        on(self.answers.rate, rated, inputs=[self._shell.session], outputs=outputs, repeats="multiple")

    def show(self, run: RunView, comparison: Comparison | None) -> Updates:
        if judges_only(run.config.objective):
            return {self.answers: panel.JUDGES}
        return {self.answers: panel.answers(run, comparison, self._ratings(comparison))}

    def _ratings(self, comparison: Comparison | None) -> Mapping[str, RatingView | None]:
        if comparison is None or not live.settled(comparison):
            return {}
        try:
            return self._studio.ratings(comparison.id)
        except Refused:
            return {}  # The data set, which would keep them, was deleted: the fold of the votes says so.

    def rate(self, document: object, event: gr.EventData) -> None:
        """Keep what was pressed; pressed again, it is taken back."""
        question, who = read(document).question, event_text(event, "who")
        before = self._studio.ratings(question).get(who)
        self._studio.rate(question, who, pressed(event, before))


def pressed(event: gr.EventData, before: RatingView | None) -> RatingView | None:
    """Return what a press under an answer says of it, where `before` was said: the same again says nothing.

    Raises Refused for a right answer without a word.
    """
    said = event_text(event, "said")
    if said == "written":
        text = event_text(event, "text").strip()
        if not text:
            raise Refused("The right answer is empty.", "Write what should have been said.")
        return RatingView(False, text)
    wanted = RatingView(said == "good") if said in ("good", "bad") else None
    return None if wanted == before else wanted
