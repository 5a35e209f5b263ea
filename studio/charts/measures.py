"""The small charts below the live curve: what a run tells beside its loss. The page adds the points."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as graph

from studio.charts.curve import AXIS, CONFIG, SERIES
from studio.charts.data import as_text, shortened
from studio.core.step_measures import PART, SMOOTHED_STEPS, step_measure

CHARTED = ("accuracy", "margin", "spread", "kl", "entropy", "answer_tokens")
"""Each has a chart of its own; the parts of a reward share one."""
MOST_PARTS = 6
"""The page has so many colours that can be told apart; the table has all parts."""
HEIGHT = 220
SMALL_PRINT = (
    f"Lines: means of the last {SMOOTHED_STEPS} steps on your examples. Dots: checks on held-back ones."
)


@dataclass(frozen=True)
class Line:
    """A trace: what is drawn, for the steps or for the checks on held-out rows, and the page's colour."""

    measure: str
    held_out: bool
    colour: str
    name: str


def charted(names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the measures that are drawn, in the order of their charts."""
    return tuple(line.measure for chart in _lines(names, {}) for line in chart if not line.held_out)


def measure_charts(names: Sequence[str], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a chart for each measure and one for the parts of the reward, as JSON for the page's script.

    `titles` has the titles of the parts by the names of their measures. `lines` says of each trace what it
    holds: the name of a measure, and whether of held-out rows.
    """
    return [_chart(lines) for lines in _lines(names, titles)]


def _lines(names: Sequence[str], titles: Mapping[str, str]) -> list[list[Line]]:
    parts = [name for name in names if name.startswith(PART)][:MOST_PARTS]
    charts = [
        [Line(name, False, "good", SERIES[0]), Line(name, True, "accent", SERIES[1])]
        for name in CHARTED
        if name in names
    ]
    if len(parts) > 1:
        shared = [
            Line(name, False, f"series-{place}", titles.get(name, step_measure(name).title))
            for place, name in enumerate(parts, start=1)
        ]
        charts.insert(0, shared)
    return charts


def _chart(lines: Sequence[Line]) -> dict[str, Any]:
    several = not any(line.held_out for line in lines)
    words = step_measure(lines[0].measure)
    title = "What the reward is made of" if several else words.title
    term = "mean of each part, before its weight" if several else words.term
    percent = not several and words.digits is None
    figure = graph.Figure()
    for line in lines:
        dots = {"mode": "lines+markers", "line": {"width": 1.4, "dash": "dot"}, "marker": {"size": 8}}
        drawn = dots if line.held_out else {"mode": "lines", "line": {"width": 1.8}}
        told = "%{y:.0%}" if percent else "%{y:.4~g}"
        said = f"step %{{x}}: {told}<extra>%{{fullData.name}}</extra>"
        name = as_text(shortened(line.name))
        figure.add_scatter(x=[], y=[], name=name, meta=line.colour, hovertemplate=said, **drawn)
    _lay_out(figure, percent=percent, legend=several)
    return {
        "title": title,
        "term": term,
        "label": f"Line chart over the training steps: {title} ({term}). Numbers stand in the table below.",
        "lines": [[line.measure, line.held_out] for line in lines],
        **json.loads(figure.to_json()),
        "config": CONFIG,
    }


def _lay_out(figure: graph.Figure, *, percent: bool, legend: bool) -> None:
    figure.update_layout(
        template=None,
        uirevision="stay",
        height=HEIGHT + 40 * legend,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter UI, system-ui, sans-serif", "size": 13},
        showlegend=legend,
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        hovermode="closest",
        dragmode="zoom",
        xaxis={**AXIS, "rangemode": "tozero", "nticks": 6},
        yaxis={**AXIS, "nticks": 6, "tickformat": ".0%" if percent else "", "title": {"text": ""}},
    )
