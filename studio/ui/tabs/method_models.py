"""Step 2, Method: the list of models beside the field where a name of the hub is typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import gradio as gr

from studio.core.knobs import KnobValue
from studio.engine.catalogue import listed
from studio.services.studio import Studio
from studio.ui.panels import models as panel
from studio.ui.session import FOLDER, HUB, Session, read, refuse_folder
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, event_text, html_part, on

Handler = Callable[..., Updates]
LABELS = (
    (HUB, ("Name on the hub", "owner/model", "Owner and name as the hub has them. Its licence applies.")),
    (FOLDER, ("Folder", "models/mine", "It holds config.json and safetensors, where the studio runs.")),
)


class ModelList:
    """Fills the field with the model that is pressed; getting it stays a press of its own."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.list = html_part("model-list", panel.EVENT, script="choices")

    def wire(
        self,
        safe: Callable[[Handler], Handler],
        draw: Callable[[Session], Updates],
        outputs: Sequence[gr.blocks.Block],
    ) -> None:
        """`draw` returns the whole step for a session."""

        def choose(document: object, event: gr.EventData) -> Updates:
            model = listed(event_text(event, "value"))
            return draw(replace(read(document), place=HUB, elsewhere=model.id))

        pressed, inputs = getattr(self.list, panel.EVENT), [self._shell.session]
        on(pressed, safe(choose), inputs=inputs, outputs=outputs, repeats="multiple")

    def drawn(self, session: Session) -> Updates:
        """Return the list where a model of the hub is chosen, for what is learned and how."""
        if session.place != HUB:
            return {self.list: ""}
        offered = self._shell.studio.listed_models(session.objective, session.tuning)
        return {self.list: panel.models(offered, session.elsewhere.strip())}


def refuse_places(studio: Studio, session: Session, knobs: Mapping[str, KnobValue]) -> None:
    """Raise Refused where a visitor from elsewhere names a folder as the model or as its teacher."""
    refuse_folder(session.model, {model.id for model in studio.models()})
    refuse_folder(str(knobs.get("teacher", "")).strip(), ())


def unfetched(session: Session, typed: str | None) -> bool:
    """Return whether the box names another model than the one that would be trained."""
    return session.place in (HUB, FOLDER) and (typed or "").strip() != session.elsewhere.strip()


def elsewhere(session: Session) -> gr.Textbox:
    """Return the field where a model of the hub, or a folder, is named."""
    label, placeholder, info = dict(LABELS).get(session.place, LABELS[0][1])
    return gr.Textbox(value=session.elsewhere, label=label, placeholder=placeholder, info=info)
