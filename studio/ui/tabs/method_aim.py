"""The Method step's first choice, what a run learns from, and the ways to learn so; the rows say which."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import gradio as gr

from studio.core.config import RunConfig
from studio.engine.aims import AIMS, aim_of
from studio.engine.objectives import OBJECTIVES
from studio.ui.forms import entries, radio_cards
from studio.ui.panels import method as panel
from studio.ui.session import Session, objectives_for, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, html_part, on

Draw = Callable[[Session], Updates]
Handler = Callable[..., Updates]


class AimPart:
    """Laid out in two places: the aim where the step begins, the objective where `lay_out` is called."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        self.aim = radio_cards("What it learns from", _aims(tuple(AIMS)), value="answers", element="aim")
        self.said = html_part("aim-said")

    def lay_out(self) -> None:
        choices = entries(OBJECTIVES)
        with gr.Accordion(
            "What is learned", open=False, elem_id="objectives", elem_classes="fold"
        ) as self.fold:
            self.objective = radio_cards("What is learned", choices, value="chat", element="objective")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.aim, self.said, self.fold, self.objective]

    def wire(
        self, safe: Callable[[Handler], Handler], draw: Draw, outputs: Sequence[gr.blocks.Block]
    ) -> None:
        """`draw` returns the whole step for a session."""
        inputs, choose = [self._shell.session, self.aim], safe(self.choosing(draw))
        on(self.aim.input, choose, inputs=inputs, outputs=outputs, repeats="multiple")

    def choosing(self, draw: Draw) -> Handler:
        """Return the handler of the aim: the first of its objectives that the rows allow is chosen."""

        def choose(document: object, aim: str) -> Updates:
            session = read(document)
            own = [name for name in self._fitting(session) if aim_of(name) == aim]
            return draw(replace(session, objective=own[0], typed={}) if own else session)

        return choose

    def drawn(self, session: Session, plan: RunConfig) -> Updates:
        """Return the aims that the rows allow, nothing to choose where there is one, and its objectives."""
        fitting, aim = self._fitting(session), aim_of(plan.objective)
        aims = tuple(name for name in AIMS if any(aim_of(each) == name for each in fitting))
        own = {name: OBJECTIVES[name] for name in fitting if aim_of(name) == aim}
        return {
            self.aim: gr.Radio(choices=_aims(aims), value=aim, visible=len(aims) > 1),
            self.said: panel.aim(plan.objective),
            self.fold: gr.Accordion(label=f"What is learned: {OBJECTIVES[plan.objective].TITLE}"),
            self.objective: gr.Radio(choices=entries(own), value=plan.objective),
        }

    def _fitting(self, session: Session) -> tuple[str, ...]:
        return objectives_for(self._studio.dataset(session.dataset))


def _aims(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"{AIMS[name].title}\n{AIMS[name].summary}", name) for name in names]
