"""Compare: what a run forgot and learned by heart, the prompts that must still work, and what helps."""

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.events import ACTIVE
from studio.engine.outputs import judges_only
from studio.services.gentler import REMEDIES, offered
from studio.services.probes import KIND, ProbeView
from studio.services.views import JobView, RunView
from studio.ui.markup import event_button, problem
from studio.ui.panels import compare as jobs
from studio.ui.panels import probe as panel
from studio.ui.session import read
from studio.ui.shell import Shell
from studio.ui.tabs.likeness import begun_like
from studio.ui.wiring import Updates, event_text, html_part, on, told

PROBE = "The probe"


class ProbePart:
    """Laid out when made, in a fold whose own line says the worst that was found."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        with gr.Accordion(panel.TITLE, open=False, elem_id="what-else", elem_classes="fold") as self._fold:
            gr.HTML(panel.INTRODUCTION, apply_default_css=False)
            self.lights = html_part("probe-found", "remedy")
            self.prompts = gr.Textbox(
                label="What must still work",
                info="Prompts of your own, one a line: both models answer them. They are kept with the run.",
                lines=3,
                max_lines=8,
                interactive=True,
                elem_id="must-work",
            )
            self.found = html_part("probe", "start", "stop")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self._fold, self.lights, self.prompts, self.found]

    def wire(self) -> None:
        shell, safe = self._shell, told(self._notice)
        session, outputs = shell.session, [self._notice, shell.session]
        shell.after(on(self.found.start, safe(self.start), inputs=[session, self.prompts], outputs=outputs))
        stopped = on(self.found.stop, safe(self.stop), inputs=[session], outputs=outputs)
        shell.after(stopped, entering=False)
        shell.after(on(self.lights.remedy, safe(self.remedy), inputs=[session], outputs=outputs))

    def show(self, run: RunView, *, entering: bool) -> Updates:
        """Return the part for a run. What is being typed stays as it is."""
        updates: Updates = {}
        try:
            view = self._studio.probe(run.id)
            if entering:
                updates[self.prompts] = "\n".join(self._studio.must_work(run.id))
        except StudioError as error:
            fold = gr.Accordion(label=panel.TITLE, visible=True)
            return updates | {
                self._fold: fold,
                self.lights: "",
                self.found: problem(error) + event_button("start", "Do it again"),
            }
        return updates | {
            self._fold: gr.Accordion(label=panel.title(view), visible=not judges_only(run.config.objective)),
            self.lights: self._found(run, view) if view else "",
            self.found: self._job(run, view),
        }

    def _found(self, run: RunView, view: ProbeView) -> str:
        lit = {name: light.colour for name, light in view.lights.items()}
        return panel.found(view, offered(run.config, lit))

    def _job(self, run: RunView, view: ProbeView | None) -> str:
        job = newest_job(run)
        if job is not None and job.status in ACTIVE:
            return jobs.job(job, PROBE) + event_button("stop", "Stop the probe")
        ended = jobs.job(job, PROBE) if job is not None else ""
        return ended + event_button("start", "Probe it again" if view or job else "Probe it")

    # Handlers

    def start(self, document: object, prompts: str) -> Updates:
        run = read(document).run
        self._studio.set_must_work(run, prompts.splitlines())
        self._studio.start_probe(run)
        return {self._shell.session: document}

    def stop(self, document: object) -> Updates:
        run = self._studio.run(read(document).run)
        job = newest_job(run)
        if job is not None:
            self._studio.stop_job(run.id, job.id)
        return {self._shell.session: document}

    def remedy(self, document: object, event: gr.EventData) -> Updates:
        """Open the Method step on a run like this one, with one setting changed."""
        session, remedy = read(document), event_text(event, "remedy")
        if remedy not in REMEDIES:
            raise Refused(f"There is no remedy {remedy!r}.", "Press one of the buttons.")
        return {self._shell.session: begun_like(self._studio, session, session.run, remedy).document()}


def newest_job(run: RunView) -> JobView | None:
    """Return the newest probe of a run."""
    found = [job for job in run.jobs if job.kind == KIND]
    return found[-1] if found else None
