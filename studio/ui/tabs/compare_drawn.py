"""Compare: several answers to chosen questions, drawn by the worker and judged here in pairs."""

import functools
from collections.abc import Callable

import gradio as gr

from studio.core.drawn import MOST_ANSWERS, Wanted
from studio.core.errors import StudioError
from studio.core.events import ACTIVE
from studio.engine.objectives import objective_named
from studio.services import drawing
from studio.services.views import JobView, RunView
from studio.ui.markup import problem
from studio.ui.panels import drawn as panel
from studio.ui.session import read
from studio.ui.shell import Shell
from studio.ui.tabs.compare_lessons import LessonsPart
from studio.ui.wiring import Updates, event_text, html_part, on, told

ANSWERS, TEMPERATURE = 4, 0.9
QUESTIONS = (
    f"One a line. Empty: up to {drawing.HELD_OUT_QUESTIONS} of those that were held back from training."
)


class DrawnPart:
    """Laid out when made. A vote draws itself and what can be learned; what is typed stays."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        with gr.Accordion(
            panel.TITLE, open=False, elem_id="judge-more", elem_classes="fold", visible=False
        ) as self._fold:
            gr.HTML(panel.ABOUT, apply_default_css=False)
            self.questions = gr.Textbox(
                label="Questions",
                info=QUESTIONS,
                lines=2,
                max_lines=8,
                interactive=True,
                elem_id="draw-questions",
            )
            with gr.Row():
                self.answers = gr.Slider(
                    2, MOST_ANSWERS, ANSWERS, step=1, label="Answers to each", interactive=True
                )
                self.temperature = gr.Slider(
                    0.1,
                    2,
                    TEMPERATURE,
                    step=0.1,
                    label="How far they may differ (temperature)",
                    interactive=True,
                )
            self.start = gr.Button("Draw answers", variant="secondary", elem_id="draw-start")
            self.drawn = html_part("drawn", "vote", "undo", "stop", script="votes")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self._fold, self.start, self.drawn]

    def wire(self, lessons: LessonsPart) -> None:
        """Attach the handlers; `lessons` are drawn with each vote, which may be the one that was missing."""
        session, safe = self._shell.session, told(self._notice)

        def judged(handler: Callable[..., None]) -> Callable[..., Updates]:
            @functools.wraps(handler)
            def run(document: object, *event: gr.EventData) -> Updates:
                handler(document, *event)
                view = self._studio.run(read(document).run)
                return {**self._pairs(view, visible=True), **lessons.show(view, askable=True)}

            return safe(run)

        outputs = [self._notice, self._fold, self.drawn, *lessons.outputs()]
        on(self.drawn.vote, judged(self.vote), inputs=[session], outputs=outputs)
        on(self.drawn.undo, judged(self.undo), inputs=[session], outputs=outputs)
        asked = [session, self.questions, self.answers, self.temperature]
        moved = [self._notice, session]
        self._shell.after(on(self.start.click, safe(self.draw), inputs=asked, outputs=moved), entering=False)
        self._shell.after(
            on(self.drawn.stop, safe(self.stop), inputs=[session], outputs=moved), entering=False
        )

    def show(self, run: RunView) -> Updates:
        """Return the part for a run; hidden where it writes nothing, or its feedback has no place."""
        writes = objective_named(run.config.objective).HEAD == "language"
        active = (job := draw_job(run)) is not None and job.status in ACTIVE
        return {**self._pairs(run, visible=writes), self.start: gr.Button(visible=not active)}

    def _pairs(self, run: RunView, *, visible: bool) -> Updates:
        try:
            view = self._studio.drawn(run.id)
        except StudioError as error:
            return {self._fold: gr.Accordion(visible=visible), self.drawn: problem(error)}
        return {
            self._fold: gr.Accordion(label=panel.title(view), visible=visible),
            self.drawn: panel.drawn(view, draw_job(run)),
        }

    # Handlers

    def draw(
        self, document: object, questions: str | None, answers: float | None, temperature: float | None
    ) -> Updates:
        """Begin to draw; a field that was never touched holds None."""
        typed = tuple((questions or "").splitlines())
        wanted = Wanted(int(answers or ANSWERS), float(temperature or TEMPERATURE), typed)
        self._studio.start_drawing(read(document).run, wanted)
        return {self._shell.session: document}

    def stop(self, document: object) -> Updates:
        run = self._studio.run(read(document).run)
        job = draw_job(run)
        if job is not None:
            self._studio.stop_job(run.id, job.id)
        return {self._shell.session: document}

    def vote(self, document: object, event: gr.EventData) -> None:
        run = read(document).run
        self._studio.vote_on_drawn(run, event_text(event, "key"), event_text(event, "choice"))

    def undo(self, document: object) -> None:
        self._studio.undo_vote_on_drawn(read(document).run)


def draw_job(run: RunView) -> JobView | None:
    """Return the newest drawing of a run."""
    jobs = [job for job in run.jobs if job.kind == drawing.KIND]
    return jobs[-1] if jobs else None
