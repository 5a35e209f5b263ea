"""A long curve with fewer points: every spike stays. Stands between a run's events and a chart."""

from collections.abc import Sequence

Point = tuple[int, float]


def thin(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """Return at most `most` of the points in order: the lowest and the highest of each bucket.

    The first and the last point always stay. Buckets hold equally many points, so a spike of one step
    survives any length of run.
    """
    if most < 4:
        raise ValueError(f"a curve needs at least 4 points, not {most}")
    if len(points) <= most:
        return tuple(points)
    inner, buckets = points[1:-1], (most - 2) // 2
    kept = [points[0]]
    for bucket in range(buckets):
        part = inner[bucket * len(inner) // buckets : (bucket + 1) * len(inner) // buckets]
        extremes = {min(part, key=_loss), max(part, key=_loss)}
        kept.extend(sorted(extremes))
    return (*kept, points[-1])


def _loss(point: Point) -> float:
    return point[1]
