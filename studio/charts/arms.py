"""The arms of the bake-off as a Plotly figure: one dot each, with its interval, and a line at the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as graph

from studio.charts.data import as_text, document
from studio.core.exam import Score

ROW = 44
"""Pixels of one arm: a name of two words and room to tell the bars apart."""

LIFT = 0.14
"""Part of an arm's room by which its name is lifted off its bar."""
MARGIN = 0.06
"""Part of the span of all intervals that stays free at either end."""


@dataclass(frozen=True)
class ArmDot:
    """One arm: its name, its value with the interval, and the colour of the page that it takes."""

    name: str
    score: Score
    colour: str


def arms_figure(dots: Sequence[ArmDot], axis: str, *, percent: bool) -> dict[str, Any]:
    """Return the figure; the dashed line stands at the first arm, the model as it is."""
    assert dots, "a chart of no arms"
    figure = graph.Figure()
    for place, dot in enumerate(dots):
        low, value, high = (_number(end) for end in (dot.score.low, dot.score.value, dot.score.high))
        figure.add_scatter(
            x=[value],
            y=[place],
            mode="markers",
            marker={"size": 11, "symbol": "diamond" if dot.colour == "good" else "circle"},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [_number(high - value)],
                "arrayminus": [_number(value - low)],
                "thickness": 2.4,
                "width": 6,
            },
            hovertemplate=f"{as_text(dot.name)}: {_said(value, percent)}, 95 % interval "
            f"{_said(low, percent)} to {_said(high, percent)}<extra></extra>",
            meta=dot.colour,
        )
    figure.add_vline(x=_number(dots[0].score.value), line={"width": 1.4, "dash": "dash"})
    figure.update_xaxes(title={"text": axis}, tickformat=".0%" if percent else "", range=_span(dots))
    figure.update_yaxes(
        tickmode="array",
        tickvals=[place - LIFT for place in range(len(dots))],
        ticktext=[as_text(dot.name) for dot in dots],
        range=[len(dots) - 0.7, -0.7],
        ticklabelposition="inside top",  # on a phone names beside the bars would take half of the width
        showgrid=False,
        zeroline=False,
    )
    return document(figure, ROW * len(dots) + 60, top=8)


def _span(dots: Sequence[ArmDot]) -> list[float]:
    """Return from where to where the axis goes: left to itself it would keep clear of the names."""
    low, high = min(dot.score.low for dot in dots), max(dot.score.high for dot in dots)
    margin = MARGIN * (high - low) or 1.0
    return [_number(low - margin), _number(high + margin)]


def _number(value: float) -> float:
    return float(f"{value:.4g}")


def _said(value: float, percent: bool) -> str:
    return f"{100 * value:.0f} %" if percent else f"{value:.4g}"
