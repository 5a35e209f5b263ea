"""Who wins question by question, the untouched or the tuned model: by the reward, and by people."""

from studio.core.exam import Wins
from studio.core.measures import VERDICTS, WON_BY
from studio.core.words import percentage
from studio.services.exam_view import ExamView
from studio.ui.markup import escape, table

COLUMNS = ("Judged by", "Tuned better", "Untouched better", "Tie", "Wins of those decided")


def wins(view: ExamView) -> str:
    """Return a table of the wins against the untouched model; nothing where nobody judged."""
    if not view.wins:
        return ""
    rows = "".join(_row(by, each) for by, each in view.wins.items())
    return table("Wins against the untouched model", COLUMNS, rows, classes="exam") + _left_out(view)


def _row(by: str, wins: Wins) -> str:
    title, term = WON_BY[by]
    cells = zip(COLUMNS[1:], (wins.tuned, wins.base, wins.ties), strict=False)
    counted = "".join(f'<td data-label="{label}">{number:,}</td>' for label, number in cells)
    share = "–"
    if wins.share is not None:
        low, high = percentage(wins.share.low), percentage(wins.share.high)
        share = (
            f'<b class="change {wins.verdict}">{VERDICTS[wins.verdict]}</b> {percentage(wins.share.value)} '
            f'<small class="interval">[{low}, {high}]</small>'
        )
    return (
        f'<tr><th scope="row">{title}<small>{term}</small></th>{counted}'
        f'<td data-label="{COLUMNS[-1]}">{share}</td></tr>'
    )


def _left_out(view: ExamView) -> str:
    if not view.left_out:
        return ""
    return (
        f'<p class="basis">{view.left_out:,} more questions could not be scored and count nowhere: '
        f"{escape(view.left_out_why)}</p>"
    )
