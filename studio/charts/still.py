"""The loss curve as a picture that needs no script: plain SVG, for a page that is printed and kept.

Colours are classes, which the page's own style gives: `learned`, `held-out`, `best`.
"""

import html
import math
from collections.abc import Sequence

from studio.charts.thinning import Point, thin

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 10, 34
MOST_POINTS = 300
TICKS = 5


def loss_picture(
    training: Sequence[Point], held_out: Sequence[Point], *, best_step: int | None, told: str
) -> str:
    """Return both curves over the steps; `told` says in words what is to be seen. "" without a point."""
    points = [*training, *held_out]
    if not points:
        return ""
    last = max(1, *(step for step, _ in points))
    losses = [loss for _, loss in points]
    ticks = rounded_ticks(min(losses), max(losses))
    low, high = ticks[0], ticks[-1]

    def place(point: Point) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * point[0] / last
        return x, TOP + (HEIGHT - TOP - BOTTOM) * (high - point[1]) / (high - low)

    drawn = [_line(list(map(place, thin(training, MOST_POINTS))), "learned")]
    drawn.append(_line(list(map(place, held_out)), "held-out"))
    for step, loss in held_out:
        x, y = place((step, loss))
        best = " best" if step == best_step else ""
        drawn.append(f'<circle class="held-out{best}" cx="{x:.1f}" cy="{y:.1f}" r="{6 if best else 4}"/>')
    grid = "".join(_rule(place((0, tick))[1], tick) for tick in ticks)
    return (
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(told)}">'
        f"{grid}{_steps(last)}{''.join(drawn)}</svg>"
    )


def rounded_ticks(low: float, high: float) -> list[float]:
    """Return round numbers at equal distances, from at most `low` to at least `high`, never only one."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span / TICKS))
    width = next(factor * power for factor in (1, 2, 5, 10) if factor * power * TICKS >= span * (1 - 1e-9))
    first, last = math.floor(low / width + 1e-9), math.ceil(high / width - 1e-9)
    return [width * at for at in range(first, max(last, first + 1) + 1)]


def _line(places: list[tuple[float, float]], name: str) -> str:
    if len(places) < 2:
        return ""
    return f'<polyline class="{name}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'


def _rule(y: float, value: float) -> str:
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.4g}</text>'
    )


def _steps(last: int) -> str:
    """Return the numbers below the curve and what they count."""
    shown = sorted({round(last * part / 4) for part in range(5)})
    across = WIDTH - LEFT - RIGHT
    return "".join(
        f'<text x="{LEFT + across * step / last:.1f}" y="{HEIGHT - 12}" '
        + ('text-anchor="end">step ' if step == last else 'text-anchor="middle">')
        + f"{step:,}</text>"
        for step in shown
    )
