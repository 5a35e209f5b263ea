"""The points of a run's curves: those of its loss or its reward, and of what it tells beside that."""

from studio.core.progress import Progress
from studio.core.series import Series
from studio.core.step_measures import SMOOTHED_STEPS
from studio.core.yardstick import REWARD, yardstick_of_run
from studio.services.views_of_curves import Line, Points, Told


def points_of(new: Progress, whole: Progress, offset: int, *, replace: bool) -> Points:
    """Return the points of what is `new`; `whole` is the run as far as it was read, at least so far."""
    measured, steps = yardstick_of_run(whole), new.training.points
    training = new.training.measures["reward"].points if measured is REWARD and steps else steps
    before = steps[0][0] - 1 if steps else whole.step
    return Points(
        offset,
        replace,
        training,
        tuple((known.step, measured.value(known.loss)) for known in new.held_out),
        measured,
        {
            name: _smoothed(whole, name, after=before, last=new.step)
            for name in (new.training.measures if steps else ())
        },
        _checks(new),
    )


def told_of(progress: Progress) -> tuple[Told, ...]:
    """Return what the checks and the newest steps tell beside the loss, for the point that is used."""
    known = [each for each in progress.held_out if each.measures]
    first, best = (known[0] if known else None), progress.best
    names = dict.fromkeys([*progress.training.measures, *(known[-1].measures if known else ())])
    return tuple(
        Told(
            name,
            newest=_newest(progress, name),
            first=first.measures.get(name) if first else None,
            best=best.measures.get(name) if best else None,
        )
        for name in names
    )


def _newest(progress: Progress, name: str) -> float | None:
    series = progress.training.measures.get(name)
    if series is None or not len(series):
        return None
    return series.mean(max(0, len(series) - SMOOTHED_STEPS), len(series))


def _smoothed(whole: Progress, name: str, *, after: int, last: int) -> Line:
    series = whole.training.measures.get(name, Series())  # a run that was begun anew meanwhile is drawn anew
    return tuple(point for point in series.smoothed(SMOOTHED_STEPS, after=after) if point[0] <= last)


def _checks(new: Progress) -> dict[str, Line]:
    names = dict.fromkeys(name for known in new.held_out for name in known.measures)
    return {
        name: tuple((known.step, known.measures[name]) for known in new.held_out if name in known.measures)
        for name in names
    }
