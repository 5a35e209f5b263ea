"""Export: a finished export goes to the Hugging Face hub; no token stays on the page."""

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.events import ACTIVE
from studio.core.keys import Key
from studio.engine.hub_push import is_signed_in, page_of
from studio.exporters import EXPORTERS
from studio.services import pushing
from studio.services.pushing import Push, checked_repository
from studio.services.views import JobView, RunView
from studio.ui.markup import problem
from studio.ui.panels import hub as panel
from studio.ui.session import read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, html_part, on, told

ONLY_YOU, EVERYONE = "Only you (private)", "Everyone (public)"


class HubPart:
    """Laid out when made. What is typed stays on the page alone; the token leaves it with the press."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        # The token of this machine is its owner's: a visitor from elsewhere brings one.
        signed_in = shell.local and is_signed_in()
        with gr.Accordion(panel.TITLE, open=False, elem_id="to-hub", elem_classes="fold") as self._fold:
            gr.HTML(panel.ABOUT, apply_default_css=False)
            offered = [(EXPORTERS[kind].TITLE, kind) for kind in pushing.OFFERED]
            self.of = gr.Radio(offered, value=offered[0][1], label="What do you send?", elem_id="hub-of")
            self.name = gr.Textbox(
                "",
                label="Name at the hub",
                placeholder="your-name/my-model",
                info="Your name there, a slash, and what the model shall be called (the repository).",
                lines=1,
                interactive=True,
                elem_id="hub-place",
            )
            self.seen = gr.Radio(
                [ONLY_YOU, EVERYONE], value=ONLY_YOU, label="Who can see it?", elem_id="hub-seen"
            )
            self.token = gr.Textbox(
                "",
                label="Token of your account there",
                type="password",
                info=panel.SIGNED_IN if signed_in else panel.TOKEN,
                interactive=True,
                elem_id="hub-token",
            )
            self.leaves = html_part("hub-leaves")
            self.send = gr.Button("Send it to the hub", variant="secondary", elem_id="hub-send")
            self.hub = html_part("hub-sent", "stop")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self._fold, self.of, self.send, self.hub]

    def wire(self) -> None:
        session, safe = self._shell.session, told(self._notice)
        typed = [session, self.of, self.name, self.seen]
        for field in (self.of, self.name, self.seen):
            outputs = [self._notice, self.leaves]
            on(field.change, safe(self.tell_where), inputs=typed, outputs=outputs, repeats="always_last")
        inputs, outputs = [*typed, self.token], [self._notice, session, self.token]
        sent = on(self.send.click, safe(self.push), inputs=inputs, outputs=outputs)
        self._shell.after(sent, entering=False)
        stopped = on(self.hub.stop, safe(self.stop), inputs=[session], outputs=[self._notice, session])
        self._shell.after(stopped, entering=False)

    def show(self, run: RunView, kind: str, *, entering: bool) -> Updates:
        """Return the part for a run. Who comes to it finds the kind chosen that is chosen above."""
        job = hub_job(run)
        try:
            sent = self._studio.pushed(run.id)
        except StudioError as error:
            return {self.hub: problem(error)}
        active = job is not None and job.status in ACTIVE
        return {
            self._fold: gr.Accordion(label=panel.title(sent), visible=bool(_possible(run))),
            self.send: gr.Button("Send it again" if sent else "Send it to the hub", visible=not active),
            self.hub: panel.hub(sent, job),
            **(self._offered(_possible(run), kind) if entering else {}),
        }

    def _offered(self, possible: list[str], kind: str) -> Updates:
        choices = [(EXPORTERS[each].TITLE, each) for each in possible]
        return {self.of: gr.Radio(choices, value=kind if kind in possible else next(iter(possible), None))}

    # Handlers

    def tell_where(self, document: object, of: str | None, name: str | None, seen: str) -> Updates:
        """A field that was never touched holds None."""
        if of not in pushing.OFFERED:
            return {self.leaves: ""}
        try:
            page = page_of(checked_repository(name or ""), is_space=of == pushing.SPACE)
        except Refused:
            return {self.leaves: ""}  # It is still being typed; the press says what is wrong with it.
        made = (view for view in self._studio.exports(read(document).run) if view.kind == of)
        found = next((view for view in made if not view.earlier), None)
        return {self.leaves: panel.leaves(page, of, found, private=seen != EVERYONE)}

    def push(self, document: object, of: str, name: str | None, seen: str, token: str | None) -> Updates:
        key = Key(token or "")
        if not key and not self._shell.local:
            raise Refused(
                "A token is needed: the one of this machine is its owner's.", "Enter one of your account."
            )
        asked = Push(of, name or "", private=seen != EVERYONE)
        self._studio.start_push(read(document).run, asked, key)
        return {self._shell.session: document, self.token: ""}

    def stop(self, document: object) -> Updates:
        run = self._studio.run(read(document).run)
        if (job := hub_job(run)) is not None:
            self._studio.stop_job(run.id, job.id)
        return {self._shell.session: document}


def _possible(run: RunView) -> list[str]:
    """Return the kinds that can be sent of a run."""
    return [kind for kind in pushing.OFFERED if not EXPORTERS[kind].refusal(run.config)]


def hub_job(run: RunView) -> JobView | None:
    """Return the newest sending of a run."""
    return next((job for job in reversed(run.jobs) if job.kind == pushing.KIND), None)
