"""The Method step's table of all ways to tune: as open as it was left, as new as the forecast."""

import gradio as gr

from studio.core.config import RunConfig
from studio.ui.panels import method as panel
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, html_part


class Ways:
    """Laid out when made. A fold of Gradio's own, which drawing anew does not close."""

    def __init__(self, shell: Shell) -> None:
        self._studio = shell.studio
        with gr.Accordion("Compare the ways", open=False, elem_id="compare-ways") as self._fold:
            self._table = html_part("ways")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self._fold, self._table]

    def drawn(self, plan: RunConfig) -> Updates:
        """Return the table for the model and rows of a plan; nothing where its model is not here yet."""
        found = self._studio.ways(plan) if plan.model else ()
        return {self._fold: gr.Accordion(visible=bool(found)), self._table: panel.ways(found, plan.tuning)}
