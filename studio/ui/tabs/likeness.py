"""A run that is made like an earlier one: the Method step begins with all that was chosen for that."""

from collections.abc import Mapping
from dataclasses import replace

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.knobs import KnobValue
from studio.services.choices import knobs_like
from studio.services.gentler import REMEDIES, changed
from studio.services.studio import Studio
from studio.ui.markup import escape, event_button
from studio.ui.session import Session, opened, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, html_part, on, told


def begun_like(studio: Studio, session: Session, run: str, remedy: str = "") -> Session:
    """Return a session on the Method step with everything that was chosen for a run, to change some of it.

    `remedy` names what is changed at once. Raises Refused where the examples of the run are gone.
    """
    config = studio.run(run).config
    try:
        studio.dataset(config.dataset)
    except StudioError as error:
        raise Refused(
            "The examples of this run were deleted.", "Add them again on the first step."
        ) from error
    begun = replace(opened(session, config.dataset).at("method"), like=run, typed={}, remedy=remedy)
    chosen = {"recipe": config.recipe, "tuning": config.tuning, "objective": config.objective}
    return read({**begun.document(), **chosen, "place": config.model, "elsewhere": ""})


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
        remedy = REMEDIES.get(session.remedy)
        altered = f" Changed is one thing: {remedy.words.lower()} ({remedy.term})." if remedy else ""
        same = (run.config.dataset, run.config.dataset_version) == (dataset.id, dataset.version)
        other = "" if same else " Its examples were others; the new run learns from those of the first step."
        said = (
            f"Filled in as for “{run.name}”. Change what you like; that run stays as it is.{altered}{other}"
        )
        words = f"<p><b>A run like it.</b> {escape(said)}</p>"
        button = event_button("forget", "Begin with the recipe instead")
        return {self.told: f'<div class="notice neutral" role="status">{words}{button}</div>'}

    def knobs(self, session: Session) -> Mapping[str, KnobValue] | None:
        """Return the settings to begin with; None where the recipe alone says them."""
        if not session.like:
            return None
        config = self._studio.run(session.like).config
        remedied = changed(config, session.remedy) if session.remedy else None
        return {**knobs_like(config, session.objective, session.tuning), **(remedied or {})}

    def forget(self, document: object) -> Updates:
        return {self._shell.session: replace(read(document), like="", remedy="", typed={}).document()}
