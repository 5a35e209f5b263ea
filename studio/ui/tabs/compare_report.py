"""The part of the Compare step that leads to the run report."""

import gradio as gr

from studio.services.views import RunView
from studio.ui.panels.report import way_to_report
from studio.ui.wiring import Updates, html_part


class ReportPart:
    """A link; the page behind it is written when it is asked for, so that it never lags behind the run."""

    def __init__(self) -> None:
        self.way = html_part("report-way")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.way]

    def show(self, run: RunView) -> Updates:
        return {self.way: way_to_report(run)}
