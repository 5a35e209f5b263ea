"""A run that is made like an earlier one: the Method step begins with all that was chosen for that."""

from collections.abc import Mapping
from dataclasses import replace

import gradio as gr

from studio.core.knobs import KnobValue
from studio.services.methods import knobs_like
from studio.ui.markup import escape, event_button
from studio.ui.session import Session, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, html_part, on, told


class LikePart:
    """Says which run the form is filled from; the session names it, `look_up` drops it once it is deleted."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self.notice = shell, shell.studio, notice
        self.told = html_part("like", "forget")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.told]

    def wire(self) -> None:
        session, safe = self._shell.session, told(self.notice)
        forgotten = on(self.told.forget, safe(self.forget), inputs=[session], outputs=[self.notice, session])
        self._shell.after(forgotten)

    def show(self, session: Session) -> Updates:
        if not session.like:
            return {self.told: ""}
        run, dataset = self._studio.run(session.like), self._studio.dataset(session.dataset)
        same = (run.config.dataset, run.config.dataset_version) == (dataset.id, dataset.version)
        other = "" if same else " Its examples were others; the new run learns from those of the first step."
        said = f"Filled in as for “{run.name}”. Change what you like; that run stays as it is.{other}"
        words = f"<p><b>A run like it.</b> {escape(said)}</p>"
        button = event_button("forget", "Begin with the recipe instead")
        return {self.told: f'<div class="notice neutral" role="status">{words}{button}</div>'}

    def knobs(self, session: Session) -> Mapping[str, KnobValue] | None:
        """Return the settings to begin with; None where the recipe alone says them."""
        if not session.like:
            return None
        typed = {"max_length": session.longest} if session.longest else {}
        config = self._studio.run(session.like).config
        return {**knobs_like(config, session.objective, session.tuning), **typed}

    def forget(self, document: object) -> Updates:
        return {self._shell.session: replace(read(document), like="", longest=0).document()}
