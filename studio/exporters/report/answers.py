"""The answers that came out best and worst, each with what was expected and what the untouched model said."""

from studio.core.exam import Exam, ExamRow
from studio.core.measures import MEASURES
from studio.core.words import count
from studio.exporters.facts import RunFacts
from studio.exporters.report.markup import not_measured, paragraph, quoted, section

NAME, TITLE = "answers", "Best and worst answers"
SHOWN = 5


def answers(facts: RunFacts) -> str:
    """Return the best and the worst answers of the exam."""
    exam = facts.exam
    if exam is None:
        return section(NAME, TITLE, not_measured("Not measured.", "Answers are compared in the exam."))
    from studio.evaluation.by_row import best_and_worst, orders_by  # scikit-learn: not before the first page

    best, worst = best_and_worst(exam, SHOWN)
    if not best:
        said = "The rows of this exam were scored and none was answered, so there are none to show."
        return section(NAME, TITLE, not_measured("No answers.", said))
    name = orders_by(exam)
    told = (
        f"Of {count(exam.answered, 'answered row')}, in the order of “{MEASURES[name].title}” "
        f"({MEASURES[name].term}) of the tuned model's answer. All answers are in the export “Predictions”."
    )
    return section(
        NAME, TITLE, paragraph(told), _part("Best", best, exam, name), _part("Worst", worst, exam, name)
    )


def _part(title: str, rows: list[int], exam: Exam, name: str) -> str:
    if not rows:
        return ""
    from studio.evaluation.by_row import by_row  # scikit-learn: not before the first page

    values, of_row = by_row(exam), {row.row: row for row in exam.table}
    cards = "".join(
        _card(of_row[row], {arm: found.get(name) for arm, found in values[row].items()}, name) for row in rows
    )
    return f"<h3>{title}</h3>{cards}"


def _card(row: ExamRow, values: dict[str, float | None], name: str) -> str:
    answered = (("Expected", row.expected, None), ("Before", row.base or "", values["base"]))
    sides = (*answered, ("After", row.tuned or "", values["tuned"]))
    cells = "".join(
        f"<div><dt>{title}{_worth(name, value)}</dt><dd>{quoted(text)}</dd></div>"
        for title, text, value in sides
    )
    return (
        f'<article class="card"><h4>Row {row.row:,}</h4>{quoted(row.question)}'
        f'<dl class="sides">{cells}</dl></article>'
    )


def _worth(name: str, value: float | None) -> str:
    if value is None:
        return ""
    if name == "accuracy":
        return f" <small>{'right' if value else 'wrong'}</small>"
    return f" <small>{MEASURES[name].term.partition(',')[0]} {MEASURES[name].said(value)}</small>"
