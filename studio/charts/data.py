"""What is known of a data set as Plotly figures: lengths against the limit, labels, languages, findings.

Colours are named, not given: each trace says in `meta` which colour of the page it takes ("good", "accent",
"bad"), since only the page knows whether it is light or dark.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as graph

from studio.charts.curve import AXIS
from studio.core.report import Issue

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
HEIGHT = 200
BAR_HEIGHT = 30
"""Pixels of a bar that lies on its side, with the space to the next."""
LONGEST_NAME = 26
LABELS_SHOWN = 12
LANGUAGES_SHOWN = 6
"""Of each side, the questions or the answers."""
FINDINGS_SHOWN = 12
SEVERITY_COLOURS = {"error": "bad", "warning": "accent", "note": "quiet"}


def lengths_figure(chart: Mapping[str, Any]) -> dict[str, Any]:
    """Return a histogram of the examples' tokens; bars that begin at the limit or beyond stand out."""
    width, limit, counts = chart["bar_tokens"], chart["limit_tokens"], chart["counts"]
    starts = [width * bar for bar in range(len(counts))]
    figure = graph.Figure()
    for colour, chosen in (
        ("good", [start < limit for start in starts]),
        ("bad", [start >= limit for start in starts]),
    ):
        bars = [bar for bar, is_here in enumerate(chosen) if is_here]
        if not bars:
            continue
        figure.add_bar(
            x=[starts[bar] + width / 2 for bar in bars],
            y=[counts[bar] for bar in bars],
            width=width * 0.92,
            customdata=[f"{starts[bar]:,} to {starts[bar] + width - 1:,} tokens" for bar in bars],
            hovertemplate="%{customdata}: %{y:,}<extra></extra>",
            meta=colour,
        )
    figure.add_vline(x=limit, line={"width": 2, "dash": "dash"})
    figure.add_annotation(
        x=limit,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="right",
        showarrow=False,
        text=f"limit {limit:,}",
    )
    end = 1.04 * max(limit, starts[-1] + width)
    figure.update_xaxes(title={"text": "Length in tokens"}, range=[0, end], tickformat=",")
    figure.update_yaxes(title={"text": "Examples"}, rangemode="tozero", tickformat=",d")
    return document(figure, HEIGHT, top=22)


def labels_figure(chart: Mapping[str, Any]) -> dict[str, Any]:
    """Return the most frequent labels as bars, the first on top; the others as one bar below."""
    labels, rows = list(chart["labels"]), list(chart["rows"])
    others = chart["others"] + sum(rows[LABELS_SHOWN:])
    names = [shortened(label) for label in labels[:LABELS_SHOWN]]
    bars = [(names[at], rows[at], "good") for at in range(len(names))]
    if others:
        bars.append(("all others", others, "quiet"))
    return _lying_bars(bars)


def languages_figure(sides: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Return the languages of each side as bars, the most frequent first; a side's others as one bar.

    `sides`: what is in them ("questions") -> rows by language, the most frequent first.
    """
    bars = []
    for side, rows in sides.items():
        shown, others = list(rows.items())[:LANGUAGES_SHOWN], list(rows.values())[LANGUAGES_SHOWN:]
        named = [*shown, ("all others", sum(others))] if others else shown
        colours = ("good" if at == 0 else "accent" for at in range(len(named)))
        bars += [
            (f"{language}, {side}" if len(sides) > 1 else language, number, colour)
            for (language, number), colour in zip(named, colours, strict=True)
        ]
    return _lying_bars(bars)


def findings_figure(named: Sequence[tuple[str, Issue]]) -> dict[str, Any]:
    """Return how many rows each finding names, coloured by how grave it is; `named`: (its name, issue)."""
    ranked = sorted(named, key=lambda entry: -entry[1].count)[:FINDINGS_SHOWN]
    return _lying_bars(
        [(shortened(name), issue.count, SEVERITY_COLOURS[issue.severity]) for name, issue in ranked]
    )


def shortened(name: str) -> str:
    one_line = " ".join(name.split())
    return one_line if len(one_line) <= LONGEST_NAME else f"{one_line[: LONGEST_NAME - 1]}…"


def _lying_bars(bars: Sequence[tuple[str, int, str]]) -> dict[str, Any]:
    """Return bars by position, never by name: names may repeat, and "007" is no number."""
    figure = graph.Figure()
    for colour in dict.fromkeys(colour for _, _, colour in bars):
        places = [place for place, bar in enumerate(bars) if bar[2] == colour]
        figure.add_bar(
            orientation="h",
            y=places,
            x=[bars[place][1] for place in places],
            text=[f"{bars[place][1]:,}" for place in places],
            textposition="outside",
            cliponaxis=False,
            customdata=[as_text(bars[place][0]) for place in places],
            hovertemplate="%{customdata}: %{x:,}<extra></extra>",
            meta=colour,
        )
    figure.update_xaxes(visible=False, rangemode="tozero")
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(bars))),
        ticktext=[as_text(name) for name, _, _ in bars],
        range=[len(bars) - 0.5, -0.5],
        ticksuffix="  ",
        showgrid=False,
    )
    return document(figure, BAR_HEIGHT * len(bars) + 24, top=4)


def as_text(name: str) -> str:
    """Return a text that Plotly shows as it is: it reads some HTML in what it draws, links among it."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def document(figure: graph.Figure, height: int, *, top: int) -> dict[str, Any]:
    """Return the figure as the JSON that the page hands to Plotly. Mutates it."""
    figure.update_layout(
        template=None,
        height=height,
        margin={"l": 8, "r": 44, "t": top, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter UI, system-ui, sans-serif", "size": 13},
        showlegend=False,
        barmode="overlay",
        bargap=0.35,
        hovermode="closest",
        dragmode=False,
    )
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(fixedrange=True, **AXIS)
    return {**json.loads(figure.to_json()), "config": CONFIG}
