"""Compare: from what people said of the answers to a data set of it, and on to the steps that learn."""

from dataclasses import replace

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.lessons import LESSONS
from studio.services.views import RunView
from studio.ui.markup import problem
from studio.ui.panels import lessons as panel
from studio.ui.session import opened, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, event_text, html_part, on, told


class LessonsPart:
    """The fold under the votes. It is drawn with every vote, since each may be the one that was missing."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        with gr.Accordion(
            panel.TITLE, open=False, elem_id="learn-from-feedback", elem_classes="fold", visible=False
        ) as self._fold:
            self.lessons = html_part("lessons", "learn")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self._fold, self.lessons]

    def wire(self) -> None:
        session, safe = self._shell.session, told(self._notice)
        outputs = [self._notice, session]
        self._shell.after(on(self.lessons.learn, safe(self.learn), inputs=[session], outputs=outputs))

    def show(self, run: RunView, *, askable: bool) -> Updates:
        """Return the fold for a run. `askable`: there are answers to judge, though nothing was said yet."""
        try:
            view = self._studio.lessons(run.config.dataset)
        except Refused:
            # The data set was deleted, and the feedback with it; the fold of the votes says so.
            return {self._fold: gr.Accordion(visible=False), self.lessons: ""}
        except StudioError as error:
            return {self._fold: gr.Accordion(label=panel.TITLE, visible=True), self.lessons: problem(error)}
        visible = askable or any(lesson.rows for lesson in view.lessons)
        return {
            self._fold: gr.Accordion(label=panel.title(view), visible=visible),
            self.lessons: panel.lessons(view),
        }

    def learn(self, document: object, event: gr.EventData) -> Updates:
        """Make the data set and open it, with the model of this run and the objective that fits."""
        session, kind = read(document), event_text(event, "kind")
        config = self._studio.run(session.run).config
        made = self._studio.learn_from_feedback(config.dataset, kind)
        begun = replace(opened(session, made.id).at("data"), like="", remedy="", typed={})
        chosen = {"objective": LESSONS[kind].objective, "place": config.model, "elsewhere": ""}
        return {self._shell.session: read({**begun.document(), **chosen}).document()}
