"""The list of steps at the side: numbers, titles, and one line each that says how things stand."""

from dataclasses import dataclass

from studio.core.events import ACTIVE
from studio.core.recipes import RECIPES
from studio.core.report import DatasetReport
from studio.core.words import count, duration
from studio.data.readiness import training_refusal
from studio.engine.tunings import TUNINGS
from studio.services.views import RunView
from studio.ui.markup import STEP_COUNT, escape
from studio.ui.moving import waiting
from studio.ui.session import STEPS, Facts, lock


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    term: str
    invitation: str


TITLES = (
    Step("data", "Your examples", "Data", "What the model should learn from"),
    Step("method", "How to teach", "Method", "Pick a recipe"),
    Step("train", "Training", "Train", "Watch it learn"),
    Step("compare", "Compare", "Compare", "Before and after"),
    Step("export", "Take it home", "Export", "Download your model"),
    Step("chat", "Talk to it", "Chat", "Ask it yourself, or serve it"),
)
assert tuple(step.name for step in TITLES) == STEPS
assert len(STEPS) == STEP_COUNT


def navigation(facts: Facts) -> str:
    """Return the `<nav>` of the page: every step a button, the locked ones disabled with the reason."""
    items = "".join(_item(facts, number, step) for number, step in enumerate(TITLES, 1))
    return f'<nav aria-label="Steps"><ol>{items}</ol></nav>'


def _item(facts: Facts, number: int, step: Step) -> str:
    reason, current = lock(facts, step.name), facts.session.step == step.name
    done = reason is None and not current and _done(facts, step.name)
    state = "locked" if reason else "done" if done else "open"
    note = reason or _status(facts, step.name) or step.invitation
    mark = "✓" if done else str(number)
    said = '<span class="unseen">done, </span>' if done else ""
    runs = step.name == "train" and facts.run and facts.run.status in ACTIVE
    live = f' data-live="status-{escape(facts.session.run)}"' if runs else ""
    pressed = " aria-current=step" if current else ""
    pressed += " disabled" if reason else ""
    return (
        f'<li class="{state}{" current" if current else ""}"><button type="button" data-event="go" '
        f'data-step="{step.name}"{pressed}><span class="dot" aria-hidden="true">{mark}</span>'
        f'<span class="text">{said}<b>{step.title}</b> <small{live}>{escape(note)}</small>'
        "</span></button></li>"
    )


def _done(facts: Facts, step: str) -> bool:
    if step == "data":
        return facts.dataset is not None
    if step == "chat":
        return bool(facts.session.talk)
    if step == "export":
        return any(job.kind.startswith("export") and job.status == "finished" for job in facts.run.jobs)
    if step == "compare":
        return any(job.kind == "exam" and job.status == "finished" for job in facts.run.jobs)
    return facts.run is not None and (step == "method" or facts.run.status in ("finished", "stopped"))


def _status(facts: Facts, step: str) -> str:
    if step == "data" and facts.dataset is not None:
        return f"{count(facts.dataset.report.kept, 'example')}, {_standing(facts.dataset.report)}"
    if facts.run is None:
        return ""
    if step == "method":
        recipe = RECIPES.get(facts.run.config.recipe)
        tuning = TUNINGS.get(facts.run.config.tuning)
        return (
            f"{recipe.title if recipe else 'Own settings'} · {tuning.TITLE if tuning else 'unknown method'}"
        )
    if step == "compare" and facts.run.eval_loss_best is not None and facts.run.eval_loss_first is not None:
        measured = facts.run.yardstick
        change = f"{measured.said(facts.run.eval_loss_first)} → {measured.said(facts.run.eval_loss_best)}"
        return f"{measured.title} {change}"
    return run_status(facts.run) if step == "train" else ""


def _standing(report: DatasetReport) -> str:
    """Return in three words what the report says of the rows, so that neither contradicts the other."""
    if training_refusal(report) is not None:
        return "not ready yet"
    if report.set_aside:
        return f"{report.set_aside:,} set aside"
    open_issues = sum(issue.severity != "note" for issue in report.issues)
    return f"{open_issues} worth a look" if open_issues else "all good"


def run_status(run: RunView) -> str:
    """Return a run's state in a few words."""
    if run.stopping:
        return "Saving, then it stops"
    if run.status == "running":
        return f"Step {run.step:,} of {run.steps:,}" if run.step else "Getting ready"
    if run.status == "queued":
        return waiting(run.wait) if run.wait else "Waiting"
    if run.status == "finished":
        return f"Finished in {duration(run.seconds)}"
    return {
        "stopped": f"Stopped at step {run.step:,}",
        "paused": f"Paused at step {run.step:,}" if run.step else "Paused",
        "failed": "Failed",
        "interrupted": f"Cut off at step {run.step:,}" if run.step else "Cut off at the start",
    }[run.status]
