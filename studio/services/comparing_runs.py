"""Runs side by side: their curves, what differs in their settings, and which is best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.core.config import DataSettings, Optimisation, RunConfig
from studio.core.curve import Curve
from studio.core.errors import Refused
from studio.core.exam import Exam
from studio.core.knobs import knobs
from studio.core.progress import Progress
from studio.core.yardstick import REWARD, TOKEN, Yardstick, yardstick_of_run
from studio.engine.objectives import OBJECTIVES
from studio.engine.rewards import Rewarded
from studio.engine.tunings import TUNINGS
from studio.services import exams
from studio.services.ranking_runs import Measured, ranked
from studio.services.runbook import RunBook
from studio.services.views_of_runs import ComparedRun, RunsComparison, SettingDifference
from studio.store.home import Home
from studio.store.runs import RunFolder, RunMeta

FEWEST, MOST = 2, 6
ABSENT = "–"
SPLIT = ("held_out_percent", "seed")
"""The settings that decide which rows of a data set are held back."""


@dataclass(frozen=True)
class _Gathered:
    compared: ComparedRun
    meta: RunMeta
    measured: Measured


def compare(home: Home, book: RunBook, runs: Sequence[str]) -> RunsComparison:
    """Set two to six runs side by side. Raises Refused for fewer, for more, and for one that is not there."""
    names = tuple(dict.fromkeys(runs))
    if not FEWEST <= len(names) <= MOST:
        raise Refused(
            f"{len(names)} runs cannot be set side by side.", f"Choose {FEWEST} to {MOST} different runs."
        )
    found = [_gather(home.runs.folder(name), book) for name in names]
    verdict, best = ranked([each.measured for each in found])
    return RunsComparison(tuple(each.compared for each in found), _differences(found), verdict, best)


def _gather(folder: RunFolder, book: RunBook) -> _Gathered:
    view, progress, meta = book.view(folder.id), book.progress(folder.id), folder.meta()
    curve, used, measured_in = progress.training, folder.checkpoints.best_step(), view.yardstick
    exam = exams.newest(folder) if measured_in is TOKEN else None  # its loss is one per token
    exam = exam if exam is not None and exam.step == used else None
    held_out = [(known.step, measured_in.value(known.loss)) for known in progress.held_out]
    last = progress.held_out[-1] if progress.held_out else None
    compared = ComparedRun(
        run=view,
        training=_timed(curve, curve.measures["reward"].points if _rewarded(progress) else curve.points),
        held_out=_timed(curve, held_out),
        exam=exam.arms.get("tuned", {}).get("loss") if exam else None,
        result_bytes=folder.checkpoints.weights_bytes(used) if used else 0,
    )
    measured = Measured(
        run=folder.id,
        name=view.name,
        loss=view.eval_loss_best,
        rows=last.rows if last else 0,
        trained_tokens=last.trained_tokens if last else 0,
        held_back=(meta.records_hash, *(str(view.config.knobs.get(name)) for name in SPLIT)),
        objective=_counted_by(view.config, measured_in),
        row_losses=_row_losses(exam),
        yardstick=measured_in,
        standard_error=progress.best.standard_error if progress.best else 0.0,
    )
    return _Gathered(compared, meta, measured)


def _rewarded(progress: Progress) -> bool:
    return yardstick_of_run(progress) is REWARD and "reward" in progress.training.measures


def _timed(curve: Curve, points: Sequence[tuple[int, float]]) -> tuple[tuple[int, float, float], ...]:
    return tuple((step, curve.seconds_until(step), value) for step, value in points)


def _counted_by(config: RunConfig, measured_in: Yardstick) -> tuple[str, ...]:
    """Return what decides how the loss of a run is counted: that of another with the same is like it.

    A reward is the same by whatever objective it is learned from; the loss of a pair hangs on the settings
    of its objective as well.
    """
    if measured_in is TOKEN:
        return (config.objective,)
    if measured_in is REWARD:
        return tuple(f"{knob.name}={config.knobs.get(knob.name)}" for knob in knobs(Rewarded))
    part = OBJECTIVES[config.objective].Config
    return (config.objective, *(f"{knob.name}={config.knobs.get(knob.name)}" for knob in knobs(part)))


def _row_losses(exam: Exam | None) -> Mapping[int, tuple[float, int]]:
    return {row.row: (row.tuned_loss, row.trained_tokens) for row in exam.table} if exam else {}


def _differences(found: Sequence[_Gathered]) -> tuple[SettingDifference, ...]:
    columns = [_settings(each.compared.run.config, each.meta) for each in found]
    names = dict.fromkeys(name for column in columns for name in column)
    labels = _labels()
    lines = (
        SettingDifference(name, labels.get(name, name), tuple(column.get(name, ABSENT) for column in columns))
        for name in names
    )
    return tuple(line for line in lines if len(set(line.values)) > 1)


def _settings(config: RunConfig, meta: RunMeta) -> dict[str, str]:
    """Return everything that was chosen for a run, by name, as it is shown."""
    objective, tuning = OBJECTIVES.get(config.objective), TUNINGS.get(config.tuning)
    chosen = {
        "dataset": meta.dataset_name,
        "rows": meta.records_hash[:8],
        "model": config.model,
        "objective": objective.TITLE if objective else config.objective,
        "tuning": tuning.TITLE if tuning else config.tuning,
        "recipe": config.recipe,
    }
    return chosen | {name: _shown(value) for name, value in config.knobs.items()}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _labels() -> dict[str, str]:
    parts = [module.Config for registry in (OBJECTIVES, TUNINGS) for module in registry.values()]
    known = {knob.name: knob.label for part in (DataSettings, Optimisation, *parts) for knob in knobs(part)}
    return known | {
        "dataset": "Data set",
        "rows": "Version of its rows",
        "model": "Model",
        "objective": "What is learned",
        "tuning": "Which weights move",
        "recipe": "Recipe",
    }
