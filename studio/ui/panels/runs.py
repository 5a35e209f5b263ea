"""What the Train step shows of all runs: the list with the buttons of each, and some of them side by side."""

import json
from collections.abc import Sequence
from pathlib import Path

from studio.charts.runs import AXES, Axis, RunLines, overlay
from studio.core.events import ACTIVE
from studio.core.exam import Score
from studio.core.recipes import RECIPES
from studio.core.step_measures import step_measure
from studio.core.words import count, decimals, duration, loss, moment, size
from studio.engine.tunings import TUNINGS
from studio.services.comparing_runs import FEWEST, MOST
from studio.services.runs import NAME_LENGTH, resumable
from studio.services.views import RunView
from studio.services.views_of_runs import ComparedRun, RunsComparison
from studio.ui.markup import empty, escape, event_button, folded, sentence, table, unbroken
from studio.ui.navigation import run_status
from studio.ui.panels.train import change_of_error, change_words, titled

WORD_TO_DELETE = "delete"
SWITCH = {"step": "By steps", "seconds": "By seconds"}


def runs(views: Sequence[RunView], current: str, chosen: Sequence[str]) -> str:
    """Return every run, newest first, with its state, result, notes and buttons."""
    if not views:
        return empty("No runs yet", "Choose a recipe and start; the run appears here and stays.")
    ordered = sorted(views, key=lambda view: view.created_at, reverse=True)
    queued = [view for view in views if view.status == "queued" and view.queue_position]
    waiting = [view.id for view in sorted(queued, key=lambda view: view.queue_position or 0)]
    items = "".join(_run(view, view.id == current, chosen, waiting) for view in ordered)
    measured = sum(view.step > 0 for view in views)
    hint = f"Tick {FEWEST} to {MOST} of them to set them side by side." if measured >= FEWEST else ""
    return (
        f'<section aria-label="Your runs"><div class="panel-head"><h3 tabindex="-1">Your runs</h3>'
        f"<small>{hint}</small></div>"
        f'<ul class="rows runs" data-chosen="{escape(" ".join(chosen))}">{items}</ul></section>'
    )


def _run(view: RunView, current: bool, chosen: Sequence[str], waiting: Sequence[str]) -> str:
    recipe = RECIPES.get(view.config.recipe)
    parts = (
        _model(view.config.model),
        titled(TUNINGS, view.config.tuning),
        recipe.title if recipe else view.config.recipe,
        view.dataset_name,
        moment(view.created_at),
    )
    change = change_of_error(view)
    result = f'<span class="result">{change_words(view)} {change}</span>' if change else ""
    notes = f'<p class="notes">{escape(view.notes)}</p>' if view.notes else ""
    here = ' aria-current="true"' if current else ""
    state = "stopping" if view.stopping else view.status
    # An answer of the page's clock may come after the drawing that ended the run: it finds no place then.
    live = f' data-live="status-{escape(view.id)}"' if view.status in ACTIVE else ""
    return (
        f'<li{here} data-run="{escape(view.id)}"><div>{_tick(view, chosen)}<b>{escape(view.name)}</b> '
        f'<span class="badge {state}"{live}>{run_status(view)}</span>{result}'
        f"<small>{' · '.join(escape(part) for part in parts)}</small>{notes}</div>"
        f'<div class="row-buttons">{"".join(_buttons(view, waiting))}</div></li>'
    )


def _model(name: str) -> str:
    """Return the name of a model; of one in a folder of this machine the folder's own."""
    return Path(name).name if Path(name).is_absolute() else name


def _tick(view: RunView, chosen: Sequence[str]) -> str:
    """Return the box that takes a run into the comparison; none before there is something to compare."""
    if not view.step:
        return ""
    ticked = view.id in chosen
    state = " checked" if ticked else f' disabled title="{MOST} are chosen"' if len(chosen) >= MOST else ""
    return (
        f'<input type="checkbox" data-event="pick" data-id="{escape(view.id)}" data-most="{MOST}"{state} '
        f'aria-label="Side by side: {escape(view.name)}">'
    )


def _buttons(view: RunView, waiting: Sequence[str]) -> list[str]:
    found = [_button(view, "open", "Open")]
    if view.status in ACTIVE and not view.stopping:
        found.append(_button(view, "pause", "Pause"))
        found.append(_button(view, "halt", "Stop" if view.status == "running" else "Take out of the queue"))
    if view.id in waiting[1:]:
        found.append(_button(view, "up", "Move up"))
    if view.id in waiting[:-1]:
        found.append(_button(view, "down", "Move down"))
    if resumable(view.status):
        found.append(_button(view, "resume", "Resume"))
    found.append(_button(view, "again", "Change and run again"))
    name = {"ask": "text", "limit": str(NAME_LENGTH), "title": "New name", "value": view.name}
    found.append(_button(view, "rename", "Rename", **name, yes="Rename"))
    notes = {"ask": "long", "limit": "4000", "title": "Notes on this run", "value": view.notes}
    found.append(_button(view, "annotate", "Notes", **notes, yes="Keep notes"))
    if view.status not in ACTIVE:
        found.append(_button(view, "remove", "Delete", **_asking_to_delete(view)))
    return found


def _asking_to_delete(view: RunView) -> dict[str, str]:
    """Return what the dialog asks: a word is typed where something trained would be lost."""
    asked = {"title": f"Delete “{view.name}”?", "dependents": f"run/{view.id}", "yes": "Delete"}
    return asked | ({"ask": "typed", "word": WORD_TO_DELETE} if view.checkpoints else {"ask": "confirm"})


def _button(view: RunView, event: str, words: str, **asked: str) -> str:
    details = "".join(f' data-{name}="{escape(value)}"' for name, value in asked.items())
    return (
        f'<button type="button" data-event="{event}" data-id="{escape(view.id)}"{details} '
        f'aria-label="{escape(words)}: {escape(view.name)}">{escape(words)}</button>'
    )


def side_by_side(found: RunsComparison, axis: Axis) -> str:
    """Return which run is best, their curves in one chart, the results, and the settings that differ."""
    told, held_back = _told(found.runs), _held_back(found.runs)
    results = "".join(_result(each, found.best, told, held_back) for each in found.runs)
    titles = (step_measure(name).title for name in told)
    columns = ("Run", held_back, *titles, "Time", "Peak memory", "Size")
    return (
        '<section class="panel" aria-label="Runs side by side"><div class="panel-head">'
        f'<h3 tabindex="-1">{count(len(found.runs), "run")} side by side</h3>'
        f"{event_button('clear', 'Close')}</div>{sentence(found.verdict)}{_curves(found, axis)}"
        f"{table('Results', columns, results, classes='exam versus')}{_settings(found)}"
        f"{_numbers(found.runs)}</section>"
    )


def one_more(name: str) -> str:
    """Return what is said once the first run is ticked."""
    return f'<p class="waiting" role="status">“{escape(name)}” is chosen. Tick another run to compare.</p>'


def _curves(found: RunsComparison, axis: Axis) -> str:
    lines = [RunLines(each.run.name, each.training, each.held_out) for each in found.runs]
    radios = "".join(
        f'<label><input type="radio" name="axis" value="{name}" data-event="axis"'
        f"{' checked' if name == axis else ''}>{words}</label>"
        for name, words in SWITCH.items()
    )
    kinds = {each.run.yardstick for each in found.runs}
    across = found.runs[0].run.yardstick.axis if len(kinds) == 1 else "Each on a scale of its own"
    figure = overlay(lines, axis, across)
    label = f"Line chart of each run over {AXES[axis].lower()}: {across}. The numbers stand below it."
    return (
        f'<fieldset class="switch"><legend class="unseen">Across the chart</legend>{radios}</fieldset>'
        f'<div class="chart" role="group" aria-label="{escape(label)}" '
        f'data-figure="{escape(json.dumps(figure))}"></div>'
        '<p class="basis">Marks: examples that were held back. Thin lines: examples that were learned. '
        "Seconds leave out checks, saves and waiting.</p>"
    )


def _held_back(runs: Sequence[ComparedRun]) -> str:
    """Return what the checks of all the runs measured."""
    words = {change_words(each.run) for each in runs}
    return words.pop() if len(words) == 1 else "On what was held back"


def _told(runs: Sequence[ComparedRun]) -> tuple[str, ...]:
    """Return what else any of the runs tells that is worth a column: pairs told apart, distance gone."""
    names = {each.name for compared in runs for each in compared.run.told}
    return tuple(name for name in ("accuracy", "kl") if name in names)


def _result(each: ComparedRun, best: str, told: Sequence[str], held_back: str) -> str:
    run = each.run
    word = "highest" if run.yardstick.rising else "lowest"
    first = f' <span class="badge finished">{word}</span>' if run.id == best else ""
    mixed = change_words(run) != held_back
    measured = f"<small>{run.yardstick.title.lower()}</small>" if mixed else ""
    cells = (
        (held_back, (change_of_error(run) or "–") + measured + _interval(each.exam)),
        *((step_measure(name).title, _of_measure(run, name)) for name in told),
        ("Time", duration(run.seconds) if run.seconds else "–"),
        ("Peak memory", size(run.peak_memory_bytes) if run.peak_memory_bytes else "–"),
        ("Size", size(each.result_bytes) if each.result_bytes else "–"),
    )
    shown = "".join(f'<td data-label="{label}">{cell}</td>' for label, cell in cells)
    return f'<tr><th scope="row">{escape(run.name)}{first}</th>{shown}</tr>'


def _of_measure(run: RunView, name: str) -> str:
    """Return a measure at the run's best point where checks have it, else of its newest steps."""
    told = next((each for each in run.told if each.name == name), None)
    value = (told.newest if told.best is None else told.best) if told is not None else None
    return "–" if value is None else unbroken(step_measure(name).said(value))


def _interval(exam: Score | None) -> str:
    if exam is None:
        return ""
    return f'<small class="interval">exam {loss(exam.value)} [{loss(exam.low)}, {loss(exam.high)}]</small>'


def _settings(found: RunsComparison) -> str:
    if not found.differences:
        return "<p>All settings are the same in all of them, the seed too.</p>"
    names = [each.run.name for each in found.runs]
    body = "".join(
        f'<tr><th scope="row">{escape(line.label)}</th>'
        + "".join(
            f'<td data-label="{escape(name)}">{escape(value)}</td>'
            for name, value in zip(names, line.values, strict=True)
        )
        + "</tr>"
        for line in found.differences
    )
    shown = table("Settings that differ", ("Setting", *names), body, classes="exam versus")
    return f"<h3>What was different</h3>{shown}"


def _numbers(compared: Sequence[ComparedRun]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(each.run.name)}</th><td>{step:,}</td><td>{seconds:,.1f}</td>'
        f"<td>{decimals(value, 3)}</td></tr>"
        for each in compared
        for step, seconds, value in each.held_out
    )
    columns = ("Run", "Step", "Seconds", "On held-back examples")
    return folded("The curves in numbers", table("The curves as a table", columns, body, tall=True))
