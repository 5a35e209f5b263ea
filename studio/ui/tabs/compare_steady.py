"""The fold of the Compare step that asks the held-back questions in other words."""

import gradio as gr

from studio.core.events import ACTIVE
from studio.services.exam_view import ExamView
from studio.services.views import JobView
from studio.ui.panels import steady as panel
from studio.ui.session import read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, html_part, on, told


class SteadyPart:
    """Laid out when made; hidden where no questions are answered."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        with gr.Accordion(
            panel.TITLE, open=False, elem_id="steady", elem_classes="fold", visible=False
        ) as self.fold:
            self.found = html_part("steady-found")
            self.start = gr.Button(
                "Ask in other words", variant="secondary", size="lg", elem_id="steady-start"
            )

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.fold, self.found, self.start]

    def wire(self) -> None:
        session, outputs = self._shell.session, [self._notice, self._shell.session]
        begun = on(self.start.click, told(self._notice)(self.begin), inputs=[session], outputs=outputs)
        self._shell.after(begun, entering=False)

    def show(self, run: str, examined: ExamView | None, job: JobView | None) -> Updates:
        busy = job is not None and job.status in ACTIVE
        fold = gr.Accordion(label=panel.title(examined), visible=self._studio.can_be_steady(run))
        return {
            self.fold: fold,
            self.found: panel.steady(examined),
            self.start: gr.Button(visible=not busy),
        }

    def begin(self, document: object) -> Updates:
        self._studio.start_exam(read(document).run, steady=True)
        return {self._shell.session: document}
