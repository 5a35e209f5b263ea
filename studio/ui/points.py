"""The points of a run's curves as JSON for the page, and with a whole curve the words and charts it needs."""

from collections.abc import Mapping
from typing import Any

from studio.charts.curve import SERIES
from studio.charts.measures import SMALL_PRINT, charted, measure_charts
from studio.charts.thinning import thin
from studio.core.step_measures import PART
from studio.core.yardstick import Yardstick
from studio.engine.rewards import REWARDS
from studio.services.views_of_curves import Line, Points

MOST_POINTS = 4000


def points_document(points: Points, since: int) -> dict[str, Any]:
    """Return points as parallel lists with four significant digits; a whole curve is thinned first."""
    whole = since == 0 or points.replace
    names = charted(list(points.measures | points.checks))
    found: dict[str, Any] = {
        "offset": points.offset,
        "replace": points.replace,
        "training": _columns(points.training, whole),
        "held_out": _columns(points.held_out, whole),
    }
    if names:
        found["measures"] = _measured(points.measures, names, whole)
        found["checks"] = _measured(points.checks, names, whole)
    if whole:
        titles = {f"{PART}{name}": module.TITLE for name, module in REWARDS.items()}
        found |= {"words": _words(points.yardstick), "charts": measure_charts(names, titles)}
        found["note"] = SMALL_PRINT
    return found


def _measured(lines: Mapping[str, Line], names: tuple[str, ...], whole: bool) -> dict[str, Any]:
    return {name: _columns(lines[name], whole) for name in names if lines.get(name)}


def _columns(points: Line, whole: bool) -> dict[str, list[float]]:
    kept = thin(points, MOST_POINTS) if whole else points
    return {"x": [step for step, _ in kept], "y": [float(f"{value:.4g}") for _, value in kept]}


def _words(measured: Yardstick) -> dict[str, str]:
    """Return what the large chart is called for what is drawn in it."""
    return {
        "title": f"{measured.title} while learning",
        "axis": measured.axis,
        "label": f"Line chart of the {measured.title.lower()} on your examples and on {measured.held_back} "
        "over the training steps. The same numbers stand in the table below.",
        "learned": SERIES[0],
        "held_out": f"On {measured.held_back}" if measured.rising else SERIES[1],
    }
