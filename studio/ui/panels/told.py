"""What a run tells beside its loss, in numbers, and what it writes while it learns from a reward."""

from itertools import groupby

from studio.core.events import AnswerSampled
from studio.core.step_measures import PART, SMOOTHED_STEPS, STEP_MEASURES, step_measure
from studio.core.words import decimals
from studio.engine.rewards import REWARDS
from studio.services.views import RunView
from studio.services.views_of_curves import Told
from studio.ui.markup import Figure, escape, folded, table

PLACES = {"best": "Best of its step", "worst": "Worst of its step"}


def measures(run: RunView) -> str:
    """Return every measure in a table: on the run's own examples now, on held-back ones first and at best."""
    if not run.told:
        return ""
    known = sorted(run.told, key=_place)
    rows = "".join(map(_row, known))
    columns = (
        "Measured",
        "On your examples, newest steps",
        "Held back, first check",
        "Held back, best point",
    )
    inside = table("Measured beside the loss", columns, rows, classes="exam versus")
    newest = f"Newest steps: the mean of the last {SMOOTHED_STEPS}."
    return folded("The other curves in numbers", f"{inside}<p>{newest}</p>")


def _place(each: Told) -> tuple[int, str]:
    """The order on the screen: as listed, parts of the reward behind it, what is not listed at the end."""
    listed = "reward" if each.name.startswith(PART) else each.name
    names = list(STEP_MEASURES)
    return (names.index(listed) if listed in names else len(names), each.name)


def _row(each: Told) -> str:
    term = f"<small>{escape(step_measure(each.name).term)}</small>"
    return (
        f'<tr><th scope="row">{escape(_title(each.name))}{term}</th>'
        f"{_cell('On your examples', each, each.newest)}{_cell('Held back, first', each, each.first)}"
        f"{_cell('Held back, best', each, each.best)}</tr>"
    )


def _title(name: str) -> str:
    known = REWARDS.get(name.removeprefix(PART)) if name.startswith(PART) else None
    return known.TITLE if known is not None else step_measure(name).title


def _cell(label: str, each: Told, value: float | None) -> str:
    said = "–" if value is None else escape(step_measure(each.name).said(value))
    return f'<td data-label="{label}">{said}</td>'


def figures(run: RunView) -> list[Figure]:
    """Return what stands in large numbers beside the steps: pairs told apart, or the distance gone."""
    told = {each.name: each for each in run.told}
    found = []
    if (right := told.get("accuracy")) is not None and right.best is not None:
        words = (
            "your ratings shared" if run.yardstick.name == "rated" else "held-back pairs, the better ahead"
        )
        first = f"{step_measure('accuracy').said(right.first)} → " if right.first is not None else ""
        change = f"{first}{step_measure('accuracy').said(right.best)}"
        found.append(Figure(change.replace(" %", "\N{NO-BREAK SPACE}%"), words))
    strayed = told.get("kl")
    if strayed is not None and strayed.newest is not None:
        found.append(Figure(step_measure("kl").said(strayed.newest), "nats from the untouched model (KL)"))
    return found


def newest_samples(run: RunView) -> str:
    """Return the best and the worst answer of the newest step that showed some; "" where there is none."""
    if not run.samples:
        return ""
    step = run.samples[-1].step
    cards = "".join(_card(each) for each in run.samples if each.step == step)
    return (
        '<section class="panel written" aria-label="What it writes"><div class="panel-head">'
        f"<h3>What it writes</h3><small>Tries of step {step:,}, by their reward</small></div>"
        f'<div class="pair">{cards}</div></section>'
    )


def earlier_title(run: RunView) -> str:
    steps = _earlier(run)
    return f"What it wrote before ({len(steps)} of its steps)" if len(steps) > 1 else "What it wrote before"


def earlier_samples(run: RunView) -> str:
    """Return the best and the worst answers of the steps before, the newest first."""
    return "".join(
        f'<h4>Step {step:,}</h4><div class="pair">{"".join(map(_card, group))}</div>'
        for step, group in _earlier(run)
    )


def _earlier(run: RunView) -> list[tuple[int, list[AnswerSampled]]]:
    newest = run.samples[-1].step if run.samples else 0
    steps = groupby(run.samples, key=lambda each: each.step)
    found = [(step, list(group)) for step, group in steps if step != newest]
    return found[::-1]


def _card(each: AnswerSampled) -> str:
    answer = escape(each.answer) if each.answer.strip() else "<em>It wrote nothing.</em>"
    kind = " tuned" if each.place == "best" else ""
    head = f"<h4>{PLACES[each.place]} <small>reward {decimals(each.reward, 2)}</small></h4>"
    asked = f'<p class="asked">{escape(each.question)}</p>'
    return f'<article class="answer{kind}">{head}{asked}<div class="answer-text">{answer}</div></article>'
