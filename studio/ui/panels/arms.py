"""The bake-off on the screen: advice, a chart, a table of what each way gives and costs, answers."""

import json
from collections.abc import Sequence

from studio.charts.arms import ArmDot, arms_figure
from studio.core.bake_off import BakeOff, Cost
from studio.core.measures import MEASURES, VERDICTS
from studio.core.words import count, decimals, duration, listed, size
from studio.evaluation.advice import JUDGE_ALL_ROWS, deciding_measure
from studio.evaluation.arms import ARMS, instructed
from studio.services.exam_view import ExamView
from studio.ui.markup import escape, folded, sentence, table
from studio.ui.panels.scores import in_digits

MOST_QUESTIONS = 40
"""So many questions stand with the answers of every way; all of them are in the run's files."""
COLOURS = {"base": "quiet", "tuned": "good"}
OTHER_COLOUR = "accent"
LOSS = "loss"
COSTS = ("Time for an answer", "To prepare", "Peak memory")


def results(view: ExamView) -> str:
    """Return what the bake-off measured; nothing before there was one."""
    bake_off = view.bake_off
    if bake_off is None:
        return ""
    name = deciding_measure(view.arms)
    said = sentence(view.advice) if view.advice else ""
    if view.earlier:
        said = f"<p>Of an earlier point of the run, step {view.step:,}: hold it again.</p>{said}"
    return (
        f'<section aria-label="The ways side by side">{said}{_chart(view, name)}'
        f"{_table(view, bake_off, name)}{_how(view, bake_off, name)}{_all_measures(view, name)}"
        f"{_answers(view, bake_off)}</section>"
    )


def _chart(view: ExamView, name: str) -> str:
    measure = MEASURES[name]
    dots = [
        ArmDot(ARMS[arm].TITLE, scores[name], COLOURS.get(arm, OTHER_COLOUR))
        for arm, scores in view.arms.items()
        if name in scores
    ]
    figure = arms_figure(dots, f"{measure.better} is better".capitalize(), percent=measure.digits is None)
    caption = (
        f"{measure.title} of each way to answer, with its 95 % interval. "
        "The dashed line stands at the model as it is."
    )
    label = f"Dot chart. {caption} The same numbers stand in the table below."
    return (
        f'<figure class="curve"><figcaption>{escape(caption)}</figcaption>'
        f'<div class="chart" role="img" aria-label="{escape(label)}" '
        f'style="min-height:{figure["layout"]["height"]}px" '
        f'data-figure="{escape(json.dumps(figure))}"></div></figure>'
    )


def _table(view: ExamView, bake_off: BakeOff, name: str) -> str:
    quality = [each for each in dict.fromkeys((name, LOSS)) if each in view.arms["base"]]
    columns = ("Way to answer", *(MEASURES[each].title for each in quality), *COSTS)
    rows = "".join(_row(arm, view, bake_off, quality) for arm in view.arms)
    return table("Each way and what it takes", columns, rows, classes="exam of-ways")


def _row(arm: str, view: ExamView, bake_off: BakeOff, quality: Sequence[str]) -> str:
    title, term = escape(ARMS[arm].TITLE), escape(ARMS[arm].TERM)
    term += "; with your instructions" if bake_off.prompt and arm != "prompt" and instructed(arm) else ""
    cells = "".join(
        f'<td data-label="{escape(MEASURES[name].title)}">{_score(arm, name, view, bake_off)}</td>'
        for name in quality
    )
    costs = zip(COSTS, _costs(bake_off.costs.get(arm)), strict=True)
    cells += "".join(f'<td data-label="{label}">{_in_one_line(value)}</td>' for label, value in costs)
    return f'<tr><th scope="row">{title}<small>{term}</small></th>{cells}</tr>'


def _score(arm: str, name: str, view: ExamView, bake_off: BakeOff) -> str:
    """Return a value with its interval, and under it whether it differs from the model as it is."""
    score = view.arms[arm].get(name)
    if score is None:
        return "–"
    change = bake_off.against_base.get(arm, {}).get(name)
    verdict = ""
    if change is not None and arm != "base":
        verdict = f'<b class="change {change.verdict}">{VERDICTS[change.verdict]}</b>'
    return f"{verdict}{in_digits(MEASURES[name], score)}"


def _in_one_line(value: str) -> str:
    return escape(value.replace(" ", "\N{NO-BREAK SPACE}"))


def _costs(cost: Cost | None) -> tuple[str, str, str]:
    if cost is None:
        return ("–", "–", "–")
    prepared = cost.preparation_seconds
    return (
        f"{decimals(cost.seconds_per_answer, 2)} s",
        "nothing" if not prepared else "under 1 s" if prepared < 1 else duration(prepared),
        size(cost.peak_memory_bytes) if cost.peak_memory_bytes else "not known",
    )


def _how(view: ExamView, bake_off: BakeOff, name: str) -> str:
    """Say what was measured on how many rows, and what was looked up."""
    judged = view.rows if name in JUDGE_ALL_ROWS else view.answered
    said = [
        f"{MEASURES[name].title} ({MEASURES[name].small_print}) was measured on "
        f"{count(judged, 'held-back row')}, the same for every way, written in the same manner. "
        "Brackets are 95 % intervals; the words compare with the model as it is.",
        f"Peak memory: {bake_off.memory_measured}." if bake_off.memory_measured else "",
    ]
    if any("documents" in ARMS[arm].NEEDS for arm in view.arms):
        said.append(f"Looked up in {listed(['the rows that were learned', *bake_off.documents])}.")
    said += _limits(bake_off)
    if bake_off.prompt:
        said.append(
            f"Your instructions: “{bake_off.prompt}” The untouched model reads them before examples and "
            "passages too; the tuned model, which learned without them, reads none."
        )
    return "".join(f'<p class="basis">{escape(line)}</p>' for line in said if line)


def _limits(bake_off: BakeOff) -> list[str]:
    """Say what could not be searched, what did not fit, and what was too easy."""
    said = []
    if bake_off.rows_searched < bake_off.rows_learned:
        said.append(
            f"Only {bake_off.rows_searched:,} of the {count(bake_off.rows_learned, 'row')} that were learned "
            "could be looked up, evenly spread: to search all of them takes too long."
        )
    for arm, questions in bake_off.shortened.items():
        none = bake_off.bare.get(arm, 0)
        rest = f", and for {none:,} of them nothing did" if none else ""
        said.append(
            f"“{ARMS[arm].TITLE}”: for {count(questions, 'question')} not all that was looked up fit before "
            f"the question{rest}."
        )
    if bake_off.given_away:
        said.append(
            f"{bake_off.given_away:,} of {count(bake_off.looked_up, 'question')} had their own answer among "
            "the passages of your documents: on new questions, looking things up may do less well."
        )
    return said


def _all_measures(view: ExamView, shown: str) -> str:
    names = [
        name
        for name in view.arms["base"]
        if name in MEASURES and name not in (shown, LOSS, "seconds_per_answer")
    ]
    if not names:
        return ""
    titles = [ARMS[arm].TITLE for arm in view.arms]
    body = "".join(_measure(name, view) for name in names)
    inside = table("Further measures of each way", ("Measured", *titles), body, classes="exam")
    return folded(f"{count(len(names), 'further measure')} of each way", inside)


def _measure(name: str, view: ExamView) -> str:
    measure = MEASURES[name]
    cells = "".join(
        f'<td data-label="{escape(ARMS[arm].TITLE)}">'
        f"{in_digits(measure, scores[name]) if name in scores else '–'}</td>"
        for arm, scores in view.arms.items()
    )
    return f'<tr><th scope="row">{measure.title}<small>{measure.small_print}</small></th>{cells}</tr>'


def _answers(view: ExamView, bake_off: BakeOff) -> str:
    """Return the first questions with the answer of every way and where it looked things up."""
    given: dict[int, list[tuple[str, str, tuple[str, ...]]]] = {}
    for row in view.table:
        for arm, text in (("base", row.base), ("tuned", row.tuned)):
            if text is not None:
                given.setdefault(row.row, []).append((arm, text, ()))
    for arm, answers in bake_off.answers.items():
        for answer in answers:
            given.setdefault(answer.row, []).append((arm, answer.text, answer.sources))
    order = list(ARMS)
    rows = [row for row in view.table if row.row in given]
    items = "".join(
        f'<li><p class="asked">Row {row.row:,}: {escape(row.question)}</p><dl>'
        f"<div><dt>Expected</dt><dd>{escape(row.expected)}</dd></div>"
        + "".join(_answer(*each) for each in sorted(given[row.row], key=lambda each: order.index(each[0])))
        + "</dl></li>"
        for row in rows[:MOST_QUESTIONS]
    )
    more = f"<p>The first {MOST_QUESTIONS} of {len(rows):,}.</p>" if len(rows) > MOST_QUESTIONS else ""
    return folded("What each way answered", f'<ul class="arm-answers">{items}</ul>{more}') if rows else ""


def _answer(arm: str, text: str, sources: tuple[str, ...]) -> str:
    named = f"<small>read: {escape('; '.join(sources))}</small>" if sources else ""
    return f"<div><dt>{escape(ARMS[arm].TITLE)}</dt><dd>{escape(text) or '–'}{named}</dd></div>"
