"""The loss curve as an empty Plotly figure, and where Plotly's own script lies. The page adds the points."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import plotly.graph_objects as graph

CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtons": [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
    "scrollZoom": False,
}
SERIES = ("On your examples", "On held-back examples")
AXIS = {"zeroline": False, "ticks": "", "automargin": True, "showline": False}


def loss_curve() -> graph.Figure:
    """Return two empty traces: training loss as a line, held-out loss as dots joined by a dashed line.

    `uirevision` is constant, so that a reader's zoom outlives new points. Colours are set by the page,
    which knows whether it is light or dark.
    """
    figure = graph.Figure(
        data=[
            graph.Scatter(name=SERIES[0], mode="lines", line={"width": 1.8}, x=[], y=[]),
            graph.Scatter(
                name=SERIES[1],
                mode="lines+markers",
                line={"width": 1.4, "dash": "dot"},
                marker={"size": 9},
                x=[],
                y=[],
            ),
        ]
    )
    figure.update_traces(hovertemplate="step %{x}: %{y:.3f}<extra>%{fullData.name}</extra>")
    figure.update_layout(
        template=None,
        uirevision="stay",
        height=320,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter UI, system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top"},
        hovermode="closest",
        dragmode="zoom",
        xaxis={"title": {"text": "Training steps", "font": {"size": 13}}, **AXIS},
        yaxis={"title": {"text": "Error (lower is better)", "font": {"size": 13}}, **AXIS},
    )
    return figure


def curve_document() -> dict[str, Any]:
    """Return the figure as the JSON that the page hands to Plotly."""
    return {**json.loads(loss_curve().to_json()), "config": CONFIG}


def script_file() -> Path:
    """Return Plotly's own script from the installed package: the page loads nothing from elsewhere."""
    package = find_spec("plotly")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "package_data" / "plotly.min.js"
