"""What the Train step shows: the run's progress and verdict, and its curve in numbers."""

from collections.abc import Mapping
from types import ModuleType

from studio.core.knobs import knobs
from studio.core.words import between, decimals, duration, size
from studio.core.yardstick import TOKEN
from studio.engine.objectives import OBJECTIVES
from studio.engine.tunings import TUNINGS
from studio.services.views import RunView
from studio.services.views_of_curves import Points
from studio.ui.forms import all_configs
from studio.ui.markup import (
    Figure,
    escape,
    folded,
    heading,
    notice,
    numbers,
    progress_bar,
    sentence,
)
from studio.ui.markup import table as markup_table
from studio.ui.moving import percent, rate, time_left
from studio.ui.navigation import run_status
from studio.ui.panels import told

TITLES = {
    "queued": ("Waiting for its turn", "It starts by itself. You can close this page."),
    "running": (
        "It is learning",
        "You can close this page. Training goes on, and this view comes back when you return.",
    ),
    "finished": ("Training is done", "The best point of the run is kept. See what it changed."),
    "paused": (
        "Training rests",
        "Nothing saved is lost. Resume goes on from its last save, whenever you like.",
    ),
    "stopped": ("Training was stopped", "Everything up to the last save is kept; you can go on from there."),
    "failed": ("Training failed", "Your data and earlier results are untouched."),
    "interrupted": (
        "Training was cut off",
        "Nothing saved was lost. Resume goes on from the last save, bit for bit.",
    ),
}


def head(run: RunView | None, others: int = 0) -> str:
    """Return the head of the step; with a way down to the list where there are `others` to be found."""
    if run is None:
        return heading(
            3, "Train", "Your runs", subtitle="Open a run to see its curve, compare it, or take it home."
        )
    title, subtitle = TITLES[run.status]
    return heading(3, "Train", title, subtitle=subtitle) + (_to_runs(others + 1) if others else "")


def _to_runs(runs: int) -> str:
    words = f"All your runs ({runs})"
    return f'<p class="to-runs"><button type="button" class="plain" data-jump="runs">{words}</button></p>'


def progress(run: RunView) -> str:
    """Return the bar, the verdict in words, the figures, and what went wrong if something did."""
    of_what = "" if run.name.startswith(run.dataset_name) else f" <span>{escape(run.dataset_name)}</span>"
    parts = [f'<p class="run-name"><b>{escape(run.name)}</b>{of_what}</p>']
    if run.status == "running":
        parts.append(_bar(run) + ("" if run.stopping else _pause(run)))
    if run.failure:
        parts.append(notice("error", "Cause:", run.failure, hint=run.failure_hint))
    parts.append(_place(run) if run.status == "queued" else sentence(run.verdict))
    if run.step:
        parts.append(numbers("The run in numbers", _figures(run)) + foreseen(run))
    parts += [notice("warning", "Note:", warning) for warning in run.warnings]
    return f'<section class="progress" aria-label="Progress">{"".join(parts)}</section>'


def _place(run: RunView) -> str:
    """Return the place in the queue, kept right by the polls: the verdict's own would grow old beside it."""
    past = f" It goes on after step {run.step:,}." if run.step else ""
    live = f'data-live="status-{escape(run.id)}"'
    return f'<p class="verdict neutral"><b {live}>{run_status(run)}</b>.{past}</p>'


def _pause(run: RunView) -> str:
    return (
        f'<div class="row-buttons"><button type="button" data-event="pause" data-id="{escape(run.id)}">'
        "Pause, and let the machine do something else</button></div>"
    )


def _bar(run: RunView) -> str:
    done = percent(run)
    return (
        f'<div class="bar-words"><b data-live="percent">{done} % done</b>'
        f'<span data-live="left">{time_left(run)}</span></div>'
        f"{progress_bar('Training progress', done, live='run')}"
    )


def _figures(run: RunView) -> list[Figure]:
    figures = [
        Figure(f"{run.step:,} of {run.steps:,}", "steps", "step"),
        Figure(rate(run), "tokens per second", "rate"),
    ]
    if change := change_of_error(run):
        figures.append(Figure(change, change_words(run).lower()))
    figures += told.figures(run)
    if run.peak_memory_bytes:
        figures.append(Figure(size(run.peak_memory_bytes), "peak memory"))
    return figures


def foreseen(run: RunView) -> str:
    """Return the forecast of a finished run beside the truth; nothing where there was none."""
    said = run.foreseen
    if run.status != "finished" or said is None or not said.memory_bytes or not run.peak_memory_bytes:
        return ""
    words = [f"foreseen {size(said.memory_bytes)} of memory, took {size(run.peak_memory_bytes)}"]
    if said.seconds_high:
        time = between(said.seconds_low, said.seconds_high)
        words.insert(0, f"foreseen {time}, took {duration(run.seconds)}")
    return f'<p class="basis">The forecast and the truth: {"; ".join(words)}.</p>'


def table(points: Points) -> str:
    """Return the curve in numbers: at each check the held-back error and the mean training error since."""
    if not points.held_out:
        return ""
    rows, last = [], 0
    for step, held_out in points.held_out:
        window = [value for at, value in points.training if last < at <= step]
        mean = decimals(sum(window) / len(window), 3) if window else "–"
        rows.append(f'<tr><th scope="row">{step:,}</th><td>{mean}</td><td>{decimals(held_out, 3)}</td></tr>')
        last = step
    measured = points.yardstick
    held_back = "examples" if measured is TOKEN else measured.counted
    columns = ("Step", "On your examples, mean since the last check", f"On held-back {held_back}")
    inside = f"{markup_table('The curve as a table', columns, ''.join(rows))}<p>{measured.meaning}</p>"
    return folded("The curve in numbers", inside)


def settings(run: RunView) -> str:
    """Return what was chosen for the run and what the machine decided, with its reasons."""
    chosen = [("Model", run.config.model), ("What is learned", titled(OBJECTIVES, run.config.objective))]
    chosen.append(("Which weights move", titled(TUNINGS, run.config.tuning)))
    labels = {knob.name: knob.label for config in all_configs() for knob in knobs(config)}
    chosen += [(labels.get(name, name), str(value)) for name, value in run.config.knobs.items()]
    pairs = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in chosen)
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in run.reasons)
    inside = f'<dl class="pairs">{pairs}</dl>' + (f"<ul>{reasons}</ul>" if reasons else "")
    return folded("Settings of this run", inside)


def titled(registry: Mapping[str, ModuleType], name: str) -> str:
    return registry[name].TITLE if name in registry else name


def change_words(view: RunView) -> str:
    """Return what `change_of_error` is a change of."""
    return f"{view.yardstick.title} on {view.yardstick.held_back}"


def change_of_error(view: RunView) -> str:
    """Return the error, or reward, on held-back rows before and at the best point; one value before that."""
    if view.eval_loss_first is None:
        return ""
    said = view.yardstick.said
    first = said(view.eval_loss_first)
    return first if view.eval_loss_best is None else f"{first} → {said(view.eval_loss_best)}"
