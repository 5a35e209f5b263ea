"""Several runs in one Plotly figure: training error as thin lines, held-out error as marked ones.

Colours are named, not given, as in `data.py`: the page knows whether it is light or dark. A run also has a
mark of its own, for readers who do not tell the colours apart.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as graph

from studio.charts.curve import AXIS, CONFIG
from studio.charts.data import as_text, shortened
from studio.charts.thinning import thin

MARKS = ("circle", "square", "diamond", "triangle-up", "x", "star")
MOST_POINTS = 400
"""Of one line: six of them on one screen show no more."""
HEIGHT = 380

Axis = Literal["step", "seconds"]
AXES: dict[Axis, str] = {"step": "Training steps", "seconds": "Seconds of training"}


@dataclass(frozen=True)
class RunLines:
    """One run: its name, and (step, seconds, loss) of its steps and of its checks."""

    name: str
    training: Sequence[tuple[int, float, float]]
    held_out: Sequence[tuple[int, float, float]]


def overlay(runs: Sequence[RunLines], axis: Axis, across: str = "Error (lower is better)") -> dict[str, Any]:
    """Return the figure as the JSON that the page hands to Plotly, over steps or over seconds of training.

    `across` names what is drawn.
    """
    assert len(runs) <= len(MARKS), "a run without a mark of its own"
    figure = graph.Figure()
    for place, run in enumerate(runs):
        name, colour = as_text(shortened(run.name)), f"series-{place + 1}"
        x, y = _columns(run.training, axis)
        figure.add_scatter(
            x=x,
            y=y,
            name=name,
            mode="lines",
            line={"width": 1.2},
            opacity=0.4,
            showlegend=False,
            legendgroup=colour,
            hoverinfo="skip",
            meta=colour,
        )
        x, y = _columns(run.held_out, axis)
        figure.add_scatter(
            x=x,
            y=y,
            name=name,
            mode="lines+markers",
            line={"width": 2.2},
            marker={"size": 9, "symbol": MARKS[place]},
            legendgroup=colour,
            hovertemplate=f"{name}, {axis} %{{x:.4~g}}: %{{y:.3f}}<extra></extra>",
            meta=colour,
        )
    _lay_out(figure, axis, across)
    return {**json.loads(figure.to_json()), "config": CONFIG}


def _columns(points: Sequence[tuple[int, float, float]], axis: Axis) -> tuple[list[float], list[float]]:
    pairs = [(seconds if axis == "seconds" else step, loss) for step, seconds, loss in points]
    kept = thin(pairs, MOST_POINTS)
    return [float(f"{x:.6g}") for x, _ in kept], [float(f"{loss:.4g}") for _, loss in kept]


def _lay_out(figure: graph.Figure, axis: Axis, across: str) -> None:
    figure.update_layout(
        template=None,
        uirevision=axis,
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter UI, system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        hovermode="closest",
        dragmode="zoom",
        xaxis={"title": {"text": AXES[axis], "font": {"size": 13}}, "rangemode": "tozero", **AXIS},
        yaxis={"title": {"text": across, "font": {"size": 13}}, **AXIS},
    )
