"""Step 5, Export: make what can be taken home, show its certificate, and hand it over."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import gradio as gr

from studio.core.errors import StudioError
from studio.core.events import ACTIVE
from studio.core.knobs import KnobValue, knobs
from studio.core.words import size
from studio.exporters import EXPORTERS
from studio.services.views import ExportView, JobView, RunView
from studio.ui.actions import actions
from studio.ui.forms import form
from studio.ui.markup import heading, problem
from studio.ui.panels import compare as jobs
from studio.ui.panels import export as panel
from studio.ui.session import Facts, read
from studio.ui.shell import Shell
from studio.ui.tabs.export_hub import HubPart
from studio.ui.wiring import Updates, event_text, html_part, on, told

HEAD = heading(
    5,
    "Export",
    "Take your model home",
    subtitle="It is yours. The files work without the studio, which is checked first.",
)

STOP = "Stop"


class ExportTab:
    name = "export"

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        with gr.Column(elem_classes="step"):
            gr.HTML(HEAD, apply_default_css=False)
            self.notice = html_part("notice-export", script="notices")
            self.kinds = html_part("kinds", "kind", script="choices")
            self.form = form({each.TITLE: (each.Config,) for each in EXPORTERS.values()})
            self.progress = html_part("export-progress", script="begun")
            self.result = html_part("export-result")
            self.hub = HubPart(shell, self.notice)
            self.code = html_part("code")
            self.bar = actions("export", other=True)

    def outputs(self) -> list[gr.blocks.Block]:
        parts = [self.notice, self.kinds, self.progress, self.result, self.code]
        return [*parts, *self.form.groups.values(), *self.hub.outputs(), *self.bar.parts()]

    def wire(self) -> None:
        shell, safe = self._shell, told(self.notice)
        settings = list(self.form.widgets.values())
        for event, handler, repeats, values in (
            (self.kinds.kind, self.choose, "multiple", []),
            (self.bar.primary.click, self.primary, "once", settings),
            (self.bar.other.click, self.other, "once", [self.bar.other, *settings]),
        ):
            inputs, outputs = [shell.session, *values], [self.notice, shell.session]
            shell.after(on(event, safe(handler), inputs=inputs, outputs=outputs, repeats=repeats))
        self.hub.wire()
        on(self.bar.back.click, shell.step("compare"), inputs=[shell.session], outputs=shell.outputs())

    # What it looks like

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        run = facts.run
        assert run is not None  # the step is locked without one
        kind = _kind(facts.session.kind, run)
        made = self._studio.exports(run.id)
        view = next((export for export in made if export.kind == kind), None)
        job = export_job(run, kind)
        sizes = self._sizes(run)
        offers = {
            name: panel.Offer(
                module.TITLE, module.SUMMARY, sizes.get(name), module.refusal(run.config), module.HAS_WEIGHTS
            )
            for name, module in EXPORTERS.items()
        }
        return {
            self.kinds: panel.kinds(offers, made, kind),
            self.progress: jobs.job(job, EXPORTERS[kind].TITLE) if job else "",
            self.result: self._terms(run, kind) + (self._result(view) if view else ""),
            self.code: self._code(run),
            **self.form.fill({}, [] if offers[kind].refusal else [EXPORTERS[kind].Config]),
            **self.hub.show(run, kind, entering=entering),
            **self._buttons((run.id, kind), view, job, offers[kind].refusal),
        }

    def _sizes(self, run: RunView) -> Mapping[str, int]:
        """Return the expected bytes by kind."""
        try:
            return self._studio.export_sizes(run.id)
        except StudioError:
            # What is damaged of the run stands in its list and at the export; a size is not worth the page.
            return {}

    def _terms(self, run: RunView, kind: str) -> str:
        return panel.terms(self._studio.licence_warnings(run.id)) if EXPORTERS[kind].HAS_WEIGHTS else ""

    def _result(self, view: ExportView) -> str:
        card = Path(view.path) / "README.md"
        title = "About these files" if view.parity is None else "Model card"
        text = panel.text_block(title, card.read_text("utf-8"), opened=True) if card.is_file() else ""
        library = getattr(EXPORTERS[view.kind], "LIBRARY", "peft")
        return panel.certificate(view.parity, library=library) + panel.files(view) + text

    def _code(self, run: RunView) -> str:
        try:
            script = self._studio.code(run.id)
        except StudioError as error:
            return problem(error)
        return panel.text_block("Show me the code: this run without the studio", script)

    def _buttons(
        self, of: tuple[str, str], view: ExportView | None, job: JobView | None, refusal: str
    ) -> Updates:
        run, kind = of
        if refusal:
            words, link, enabled, other = "Choose another kind", None, False, ""
        elif job is not None and job.status in ACTIVE:
            words, link, enabled, other = "Making it…", None, False, STOP
        elif view is None:
            words, link, enabled, other = panel.make(checked=EXPORTERS[kind].HAS_WEIGHTS), None, True, ""
        else:
            words, link = f"Download, {size(panel.total(view))}", f"studio/download/{run}/{view.kind}"
            enabled, other = True, "Make it again"
        return {
            self.bar.primary: gr.Button(words, link=link, link_target="_self", interactive=enabled),
            self.bar.other: gr.Button(other, visible=bool(other)),
        }

    # Handlers

    def choose(self, document: object, event: gr.EventData) -> Updates:
        value = event_text(event, "value")
        session = replace(read(document), kind=value if value in EXPORTERS else "")
        return {self._shell.session: session.document()}

    def primary(self, document: object, *values: KnobValue) -> Updates:
        """Make the export that is chosen; once it is made the button is a link that fetches it."""
        session = read(document)
        kind = _kind(session.kind, self._studio.run(session.run))
        if not any(view.kind == kind for view in self._studio.exports(session.run)):
            self._studio.start_export(session.run, kind, settings=self._settings(kind, values))
        return {self._shell.session: session.document()}

    def other(self, document: object, said: str, *values: KnobValue) -> Updates:
        """Do what the button said: pressed twice, what is made again is not stopped by the second press."""
        session = read(document)
        run = self._studio.run(session.run)
        kind = _kind(session.kind, run)
        job = export_job(run, kind)
        if said == STOP:
            if job is not None and job.status in ACTIVE:
                self._studio.stop_job(session.run, job.id)
        else:
            self._studio.start_export(session.run, kind, settings=self._settings(kind, values))
        return {self._shell.session: session.document()}

    def _settings(self, kind: str, values: Sequence[KnobValue]) -> dict[str, KnobValue]:
        """Return what stands in the fields of this kind."""
        own = {knob.name for knob in knobs(EXPORTERS[kind].Config)}
        entered = zip(self.form.names(), values, strict=True)
        return {name: value for name, value in entered if name in own}


def export_job(run: RunView, kind: str) -> JobView | None:
    """Return the newest export of this kind."""
    found = [job for job in run.jobs if job.kind == f"export {kind}"]
    return found[-1] if found else None


def _kind(chosen: str, run: RunView) -> str:
    """Return the kind that was chosen; before that the first that this run can be handed over as."""
    if chosen in EXPORTERS:
        return chosen
    return next(kind for kind, module in EXPORTERS.items() if not module.refusal(run.config))
