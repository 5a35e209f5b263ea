"""Which label was taken for which, as a Plotly heat map: true labels down, given ones across."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as graph

from studio.charts.data import as_text, document, shortened

CELL = 34
"""Pixels of one row of cells."""


def confusion_figure(labels: Sequence[str], cells: Sequence[Sequence[int]], colour: str) -> dict[str, Any]:
    """Return the heat map; the shade of a cell is its share of the rows that truly have the label."""
    places = list(range(len(labels)))
    names = [as_text(shortened(label)) for label in labels]
    figure = graph.Figure()
    figure.add_heatmap(
        x=places,
        y=places,
        z=[[number / max(1, sum(row)) for number in row] for row in cells],
        text=[[f"{number:,}" if number else "" for number in row] for row in cells],
        texttemplate="%{text}",
        customdata=[[f"{names[true]} taken for {names[given]}" for given in places] for true in places],
        hovertemplate="%{customdata}: %{text} rows<extra></extra>",
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
        meta=colour,
    )
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names, "showgrid": False}
    figure.update_xaxes(title={"text": "Given"}, side="top", **ticks)
    figure.update_yaxes(title={"text": "True"}, autorange="reversed", ticksuffix="  ", **ticks)
    return document(figure, CELL * len(labels) + 90, top=8)
