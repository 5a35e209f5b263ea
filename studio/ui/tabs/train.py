"""Step 3, Train: the run in view with its live curve. All runs stand below it, see `runs.py` beside this."""

import gradio as gr

from studio.core.events import ACTIVE
from studio.services.views import RunView
from studio.ui.actions import actions
from studio.ui.markup import notice
from studio.ui.panels import told as told_panel
from studio.ui.panels import train as panel
from studio.ui.session import Facts, read
from studio.ui.shell import Shell
from studio.ui.tabs.runs import RunsPart
from studio.ui.wiring import Updates, html_part, on, told

CURVE = """
<figure class="panel curve"><figcaption>Error while learning</figcaption>
<div class="chart" role="group" aria-label="Line chart of the error on your examples and on held-back examples
over the training steps. The same numbers stand in the table below."></div></figure>
<div class="measures"></div>"""

COMPARES = ("Compare", "See")
"""How buttons begin that lead on to the next step."""
STOPS, GO_ON = ("Stop, keep the best", "Take it out of the queue"), "Go on training"


class TrainTab:
    name = "train"

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        with gr.Column(elem_classes="step"):
            self.head = html_part("head-train")
            self.notice = html_part("notice-train", script="notices")
            self.progress = html_part("progress", "pause", script="keeping")
            self.curve = html_part("curve", value=CURVE, script="chart", visible=False)
            self.written = html_part("written")
            with gr.Accordion("What it wrote before", open=False, elem_classes="fold", visible=False) as fold:
                self.earlier = html_part("written-before")
            self.fold = fold
            self.details = html_part("details", script="folds")
            self.runs = RunsPart(shell, self.notice)
            self.bar = actions("train", other=True)

    def outputs(self) -> list[gr.blocks.Block]:
        parts = [self.head, self.notice, self.progress, self.curve, self.written, self.fold, self.earlier]
        parts.append(self.details)
        return [*parts, *self.runs.outputs(), *self.bar.parts()]

    def wire(self) -> None:
        shell, safe = self._shell, told(self.notice)
        for event, handler, words in (
            (self.progress.pause, self.runs.pause, []),
            (self.bar.primary.click, self.primary, [self.bar.primary]),
            (self.bar.other.click, self.other, [self.bar.other]),
        ):
            inputs, outputs = [shell.session, *words], [self.notice, shell.session]
            shell.after(on(event, safe(handler), inputs=inputs, outputs=outputs))
        self.runs.wire()
        on(self.bar.back.click, shell.step("method"), inputs=[shell.session], outputs=shell.outputs())

    # What it looks like

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        run = facts.run
        waiting = self._studio.worker().message
        updates: Updates = {
            self.head: panel.head(run, len(self._studio.runs()) - 1)
            + (notice("neutral", "Please wait.", waiting) if waiting else ""),
            self.progress: panel.progress(run) if run else "",
            self.curve: gr.HTML(visible=run is not None and run.step > 0),
            **self._written(run),
            self.details: self._details(run) if run else "",
            **self.runs.show(facts),
        }
        return updates | self._buttons(run)

    def _details(self, run: RunView) -> str:
        return panel.table(self._studio.points(run.id, 0)) + told_panel.measures(run) + panel.settings(run)

    def _written(self, run: RunView | None) -> Updates:
        """Show what the model writes while it learns from a reward."""
        earlier = told_panel.earlier_samples(run) if run else ""
        title = told_panel.earlier_title(run) if run else ""
        return {
            self.written: told_panel.newest_samples(run) if run else "",
            self.earlier: earlier,
            self.fold: gr.Accordion(label=title, visible=bool(earlier)),
        }

    def _buttons(self, run: RunView | None) -> Updates:
        primary, enabled, other = button_words(run)
        return {
            self.bar.primary: gr.Button(primary, interactive=enabled),
            self.bar.other: gr.Button(other, visible=bool(other)),
        }

    # Handlers

    def primary(self, document: object, said: str) -> Updates:
        """Do what the button said: by now the run may be in another state, or it was pressed twice."""
        session, on_to_compare = read(document), str(said).startswith(COMPARES)
        run = self._studio.run(session.run) if session.run else None
        if run is None or (run.status == "failed" and not run.checkpoints):
            return {self._shell.session: session.at("method").document()}
        if on_to_compare:
            session = session.at("compare")
        elif run.status in ("paused", "interrupted", "failed"):
            self._studio.resume(run.id)
        return {self._shell.session: session.document()}

    def other(self, document: object, said: str) -> Updates:
        """Do what the second button said; a stop never begins a run, and going on never stops one."""
        session = read(document)
        run = self._studio.run(session.run)
        if str(said).startswith(COMPARES):
            session = session.at("compare")
        elif said == GO_ON and run.status == "stopped":
            self._studio.resume(run.id)
        elif said in STOPS and run.status in ACTIVE:
            self._studio.stop(run.id)
        return {self._shell.session: session.document()}


def button_words(run: RunView | None) -> tuple[str, bool, str]:
    """Return the primary button's words, whether it can be pressed, and the second button's words."""
    if run is None:
        return "Choose a recipe", True, ""
    saved = bool(run.checkpoints)
    match run.status:
        case "running":
            return (
                ("Compare now" if saved else "See the result when it is done"),
                saved,
                STOPS[0],
            )
        case "queued":
            return "See the result when it is done", saved, STOPS[1]
        case "paused" | "interrupted":
            return (
                (f"Resume from step {run.checkpoints[-1]:,}" if saved else "Start again"),
                True,
                _result(saved),
            )
        case "failed":
            return (
                ("Try again from the last save" if saved else "Choose other settings"),
                True,
                _result(saved),
            )
        case "stopped":
            return "See the result", saved, GO_ON
    return "See the result", saved, ""


def _result(saved: bool) -> str:
    return "See the result" if saved else ""
