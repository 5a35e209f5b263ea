"""Where rows are sorted: each label before and after, and which one was taken for which."""

import json

from studio.charts.confusion import confusion_figure
from studio.charts.confusion_counts import counted
from studio.core.exam import ClassScores, Score
from studio.core.measures import VERDICTS
from studio.core.words import count, percentage
from studio.services.exam_view import ExamView
from studio.ui.markup import escape, folded, table

ARMS = {"base": ("Before", "quiet"), "tuned": ("After", "good")}
"""How a heat map is named, and its colour of the page."""


def classes(view: ExamView) -> str:
    """Return both heat maps and the table of labels; nothing where no rows were sorted."""
    if not view.classes:
        return ""
    pairs = {
        "base": [(row.expected, row.base) for row in view.table if row.base is not None],
        "tuned": [(row.expected, row.tuned) for row in view.table if row.tuned is not None],
    }
    after = _heat_map("tuned", pairs["tuned"])
    before = folded("The same before training", _heat_map("base", pairs["base"]))
    return (
        '<section class="panel" aria-label="Labels"><h3>Which label was taken for which</h3>'
        f"{after}{before}{_table(view.classes)}</section>"
    )


def _heat_map(arm: str, pairs: list[tuple[str, str]]) -> str:
    title, colour = ARMS[arm]
    labels, cells = counted(pairs)
    figure = confusion_figure(labels, cells, colour)
    right = sum(true == given for true, given in pairs)
    said = (
        f"{title} training, {right:,} of {count(len(pairs), 'row')} got their own label; they lie on the "
        "diagonal. Each line is one true label (confusion matrix)."
    )
    numbers = "".join(
        f'<tr><th scope="row">{escape(label)}</th>{"".join(f"<td>{number:,}</td>" for number in row)}</tr>'
        for label, row in zip(labels, cells, strict=True)
    )
    return (
        f'<figure class="curve"><figcaption>{escape(said)}</figcaption>'
        f'<div class="chart" role="img" aria-label="{escape(f"Heat map. {said} The numbers stand below.")}" '
        f'style="min-height:{figure["layout"]["height"]}px" data-figure="{escape(json.dumps(figure))}"></div>'
        f"{folded('The numbers', table(said, ('True label', *labels), numbers, tall=True))}</figure>"
    )


def _table(found: tuple[ClassScores, ...]) -> str:
    body = "".join(_row(each) for each in found)
    columns = ("Label", "Found (recall)", "Right when given (precision)", "Both in one (F1)", "Change of F1")
    return table("Each label, before and after", columns, body, classes="exam", tall=True)


def _row(each: ClassScores) -> str:
    cells = ""
    for name, title in (("recall", "Found"), ("precision", "Right when given"), ("f1", "F1")):
        both = " → ".join(_score(each.arms[arm][name]) for arm in ("base", "tuned"))
        cells += f'<td data-label="{title}">{both}</td>'
    change = each.difference
    low, high = (percentage(end, signed=True).removesuffix(" %") for end in (change.low, change.high))
    cells += (
        f'<td data-label="Change of F1"><b class="change {change.verdict}">{VERDICTS[change.verdict]}</b> '
        f'{percentage(change.value, signed=True)} <small class="interval">[{low}, {high}]</small></td>'
    )
    rows = f"<small>{count(each.rows, 'row')}</small>"
    return f'<tr><th scope="row">{escape(each.label)}{rows}</th>{cells}</tr>'


def _score(score: Score) -> str:
    low, high = (percentage(end).removesuffix(" %") for end in (score.low, score.high))
    return f'{percentage(score.value)} <small class="interval">[{low}, {high}]</small>'
