"""What is known of a data set as charts, each under a sentence that says what to see, with its numbers."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from studio.charts.data import findings_figure, labels_figure, languages_figure, lengths_figure
from studio.core.report import DatasetReport, Lengths
from studio.core.words import count, listed, percentage
from studio.ui.markup import Figure, escape, folded, numbers, table
from studio.ui.panels.health import name_of

FIGURES = {
    "distinct_questions": "questions that differ",
    "distinct_openings": "openings that differ",
    "distinct_answers": "answers that differ",
    "better_is_longer": "better answers that are the longer",
    "rated_good": "answers rated good",
}
"""Names of single figures -> their words."""


def pictures(report: DatasetReport) -> str:
    """Return every chart that there are numbers for; nothing while no column is mapped."""
    drawn = [
        chart(report)
        for chart, is_there in (
            (_lengths, report.charts.get("lengths") and report.lengths),
            (_findings, any(issue.rows for issue in report.issues)),
            (_labels, report.charts.get("imbalance")),
            (_languages, report.charts.get("languages")),
        )
        if is_there
    ]
    known = [
        Figure(percentage(report.figures[name]), words)
        for name, words in FIGURES.items()
        if name in report.figures
    ]
    variety = numbers("Variety", known) if known else ""
    if not drawn and not variety:
        return ""
    inside = f"<h3>In pictures</h3>{variety}{''.join(drawn)}"
    return f'<section aria-label="In pictures" class="pictures">{inside}</section>'


def _picture(
    sentence: str, figure: Mapping[str, Any], columns: Sequence[str], rows: Sequence[tuple[str, int]]
) -> str:
    """Return a chart under its sentence, and its numbers as a table. The page's script draws it."""
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{number:,}</td></tr>' for name, number in rows
    )
    label = f"Bar chart. {sentence} The same numbers stand in the table below."
    return (
        f'<figure class="panel curve"><figcaption>{escape(sentence)}</figcaption>'
        f'<div class="chart" role="img" aria-label="{escape(label)}" '
        f'style="min-height:{figure["layout"]["height"]}px" data-figure="{escape(json.dumps(figure))}"></div>'
        f"{folded('The numbers', table(sentence, columns, body, tall=True))}</figure>"
    )


def _lengths(report: DatasetReport) -> str:
    chart = report.charts["lengths"]
    width = chart["bar_tokens"]
    rows = [
        (f"{width * bar:,} to {width * (bar + 1) - 1:,}", number)
        for bar, number in enumerate(chart["counts"])
        if number
    ]
    assert report.lengths is not None
    return _picture(
        _lengths_sentence(report, report.lengths), lengths_figure(chart), ("Tokens", "Examples"), rows
    )


def _lengths_sentence(report: DatasetReport, lengths: Lengths) -> str:
    bars = sum(report.charts["lengths"]["counts"])
    drawn = f" The bars show {bars:,} rows drawn by chance." if lengths.sampled else ""
    limit = f"the limit of {lengths.limit_tokens:,} tokens"
    if not lengths.cut:
        return f"Every example fits into {limit}; half have {lengths.median_tokens:,} or fewer.{drawn}"
    verb = "is" if lengths.cut == 1 else "are"
    cut = f"{lengths.cut:,} of {count(report.kept, 'example')} {verb}"
    return f"{cut} longer than {limit} and will be cut.{drawn}"


def _labels(report: DatasetReport) -> str:
    chart = report.charts["imbalance"]
    labels, rows, others = chart["labels"], chart["rows"], chart["others"]
    total = sum(rows) + others
    sentence = (
        f"{count(len(labels), 'label')}{' and more' if others else ''}: the most frequent has "
        f"{percentage(rows[0] / total)} of the rows, the rarest {count(rows[-1], 'row')}."
    )
    named = list(zip(labels, rows, strict=True)) + ([("all others", others)] if others else [])
    return _picture(sentence, labels_figure(chart), ("Label", "Rows"), named)


def _languages(report: DatasetReport) -> str:
    asked = "texts" if report.format in ("text", "labelled") else "questions"
    named = {"question": asked, "answer": "answers"}
    sides = {named[side]: rows for side, rows in report.charts["languages"].items()}
    said = [_most(side, rows) for side, rows in sides.items()]
    sentence = f"{listed(said)[0].upper()}{listed(said)[1:]}; shorter ones do not say."
    entries = [
        (f"{language}, {side}", number) for side, rows in sides.items() for language, number in rows.items()
    ]
    return _picture(sentence, languages_figure(sides), ("Language", "Rows"), entries)


def _most(side: str, rows: Mapping[str, int]) -> str:
    """Return which language most texts of a side are in. Rows too short to tell are not counted."""
    language, number = next(iter(rows.items()))
    total = sum(rows.values())
    return f"{percentage(number / total)} of {total:,} {side} are in {language}"


def _findings(report: DatasetReport) -> str:
    issues = [issue for issue in report.issues if issue.rows]
    found_by = Counter(issue.check for issue in issues)
    named = [(name_of(issue, alone=found_by[issue.check] == 1), issue) for issue in issues]
    most = max(named, key=lambda entry: entry[1].count)
    sentence = (
        f"What the checks found: “{most[0]}” names the most rows, {most[1].count:,} of {report.total:,}."
    )
    rows = [(name, issue.count) for name, issue in named]
    return _picture(sentence, findings_figure(named), ("Finding", "Rows"), rows)
