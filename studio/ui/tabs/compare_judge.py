"""Compare: a model as the judge of the answers, here or behind an address; no key stays on the page."""

from urllib.parse import urlsplit

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.events import ACTIVE
from studio.core.judge import Judge
from studio.core.keys import Key
from studio.services import judging
from studio.services.judge_address import checked_address, stays_here
from studio.services.views import JobView, RunView
from studio.ui.markup import problem
from studio.ui.panels import judge as panel
from studio.ui.session import read, refuse_folder
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, html_part, on, told

HERE, THERE = "A model on this machine", "A model behind an address"
NAMES = {
    HERE: "“starter” comes with the studio. A name on the hub, a folder or another run's id will do as well.",
    THERE: "The name the service has for it.",
}


class JudgePart:
    """Laid out when made. What is typed stays on the page alone; the key leaves it with the press."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        with gr.Accordion(
            panel.TITLE, open=False, elem_id="let-judge", elem_classes="fold", visible=False
        ) as self._fold:
            gr.HTML(panel.ABOUT, apply_default_css=False)
            # A visitor from elsewhere must not make this machine connect to its neighbours.
            places = [HERE, THERE] if shell.local else [HERE]
            self.place = gr.Radio(places, value=HERE, label="Who judges?", elem_id="judge-place")
            self.model = gr.Textbox(
                "starter", label="Model", info=NAMES[HERE], lines=1, interactive=True, elem_id="judge-model"
            )
            self.address = gr.Textbox(
                "",
                label="Address",
                placeholder="https://api.example.com/v1",
                info="Of a service asked as OpenAI's is (OpenAI-compatible). Mostly it ends with /v1.",
                visible=False,
                interactive=True,
                elem_id="judge-address",
            )
            self.key = gr.Textbox(
                "",
                label="Key",
                type="password",
                info="Only where the service wants one. It is used for this judge and never written down.",
                visible=False,
                interactive=True,
                elem_id="judge-key",
            )
            self.leaves = html_part("judge-leaves")
            self.start = gr.Button("Ask the judge", variant="secondary", elem_id="judge-start")
            self.judge = html_part("judge", "stop")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self._fold, self.start, self.judge]

    def wire(self) -> None:
        session, safe = self._shell.session, told(self._notice)
        typed = [self.model, self.address, self.leaves, self.key]
        on(
            self.place.change,
            safe(self.choose),
            inputs=[self.place, self.address],
            outputs=[self._notice, *typed],
            repeats="always_last",
        )
        told_where = [self._notice, self.leaves]
        on(
            self.address.change,
            safe(self.tell_where),
            inputs=[self.place, self.address],
            outputs=told_where,
            repeats="always_last",
        )
        asked = on(
            self.start.click,
            safe(self.ask),
            inputs=[session, self.place, self.model, self.address, self.key],
            outputs=[self._notice, session, self.key],
        )
        self._shell.after(asked, entering=False)
        stopped = on(self.judge.stop, safe(self.stop), inputs=[session], outputs=[self._notice, session])
        self._shell.after(stopped, entering=False)

    def show(self, run: RunView) -> Updates:
        """Return the part for a run; hidden where its exam has no answers that can be judged."""
        job = judge_job(run)
        try:
            answers, view = self._studio.can_be_judged(run.id), self._studio.judged(run.id)
        except StudioError as error:
            return {self._fold: gr.Accordion(visible=True), self.judge: problem(error)}
        active = job is not None and job.status in ACTIVE
        return {
            self._fold: gr.Accordion(label=panel.title(view), visible=answers),
            self.start: gr.Button("Ask again" if view else "Ask the judge", visible=not active),
            self.judge: panel.judge(view, job),
        }

    # Handlers

    def choose(self, place: str, address: str | None) -> Updates:
        there = place == THERE
        return {
            self.model: gr.Textbox(value="" if there else "starter", info=NAMES[place]),
            self.address: gr.Textbox(visible=there),
            self.key: gr.Textbox(visible=there, value=""),
            **self.tell_where(place, address),
        }

    def tell_where(self, place: str, address: str | None) -> Updates:
        """A field that was never touched holds None."""
        if place != THERE:
            return {self.leaves: ""}
        try:
            there = checked_address(address or "")
        except Refused:
            return {self.leaves: ""}  # It is still being typed; the press says what is wrong with it.
        return {self.leaves: panel.leaves(urlsplit(there).netloc, here=stays_here(there))}

    def ask(
        self, document: object, place: str, model: str | None, address: str | None, key: str | None
    ) -> Updates:
        session, there = read(document), place == THERE and self._shell.local
        if not there and not self._shell.local:
            refuse_folder((model or "").strip(), {"starter"})
        asked = Judge(model or "", (address or "") if there else "")
        if there and not asked.address.strip():
            raise Refused("The judge has no address.", "Enter where the service is.")
        self._studio.start_judge(session.run, asked, Key((key or "") if there else ""))
        return {self._shell.session: document, self.key: ""}

    def stop(self, document: object) -> Updates:
        run = self._studio.run(read(document).run)
        job = judge_job(run)
        if job is not None:
            self._studio.stop_job(run.id, job.id)
        return {self._shell.session: document}


def judge_job(run: RunView) -> JobView | None:
    """Return the newest judge of a run."""
    return next((job for job in reversed(run.jobs) if job.kind == judging.KIND), None)
