"""The answers that came out best and worst, each with what was expected and what the untouched model said."""

from collections.abc import Mapping

from studio.core.exam import ExamRow
from studio.core.measures import MEASURES
from studio.core.words import count
from studio.exporters.facts import RunFacts
from studio.exporters.report.markup import not_measured, paragraph, quoted, section
from studio.exporters.report.results import earlier

NAME, TITLE = "answers", "Best and worst answers"
SHOWN = 3


def answers(facts: RunFacts) -> str:
    """Return the best and the worst answers of the exam."""
    exam = facts.exam
    if exam is None:
        return section(NAME, TITLE, not_measured("Not measured.", "Answers are compared in the exam."))
    from studio.evaluation.by_row import best_and_worst, by_row, orders_by  # heavy: not before the first page

    if not any(row.tuned is not None for row in exam.table):
        said = "The rows of this exam were scored and none was answered, so there are none to show."
        return section(NAME, TITLE, not_measured("No answers.", said))
    name = orders_by(exam)
    values = by_row(exam, (name,) if name != "loss" else ())
    best, worst = best_and_worst(exam, values, SHOWN)
    told = (
        f"Of {count(exam.answered, 'answered row')}, in the order of “{MEASURES[name].title}” "
        f"({MEASURES[name].term}) of the tuned model's answer. All answers are in the export “Predictions”."
    )
    rows = {row.row: row for row in exam.table}
    parts = (
        f"<h3>{title}</h3>" + "".join(_card(rows[row], values[row], name) for row in chosen)
        for title, chosen in (("Best", best), ("Worst", worst))
        if chosen
    )
    return section(NAME, TITLE, earlier(facts), paragraph(told), *parts)


def _card(row: ExamRow, values: Mapping[str, Mapping[str, float]], name: str) -> str:
    sides = (
        ("Expected", row.expected, ""),
        ("Before", row.base or "", _worth(name, values["base"].get(name, row.base_loss))),
        ("After", row.tuned or "", _worth(name, values["tuned"].get(name, row.tuned_loss))),
    )
    cells = "".join(
        f"<div><dt>{title}{worth}</dt><dd>{quoted(text)}</dd></div>" for title, text, worth in sides
    )
    return (
        f'<article class="card"><h4>Row {row.row:,}</h4>{quoted(row.question)}'
        f'<dl class="sides">{cells}</dl></article>'
    )


def _worth(name: str, value: float) -> str:
    if name == "accuracy":
        return f" <small>{'right' if value else 'wrong'}</small>"
    return f" <small>{MEASURES[name].term.partition(',')[0]} {MEASURES[name].said(value)}</small>"
