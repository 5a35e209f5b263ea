"""What the Compare step shows: two answers side by side, and how held-back questions were answered."""

from collections.abc import Mapping
from types import MappingProxyType

from studio.core.events import ACTIVE
from studio.core.exam import ExamRow
from studio.core.measures import MEASURES
from studio.core.words import count, duration, loss
from studio.engine import outputs
from studio.services.exam_view import ExamView
from studio.services.rating import RatingView
from studio.services.views import Answer, Comparison, JobView, RunView
from studio.ui.live import settled
from studio.ui.markup import empty, escape, notice, progress_bar
from studio.ui.markup import table as markup_table
from studio.ui.moving import job_percent, job_text
from studio.ui.panels.ratings import rating

SIDES = (("base", "Before", "the untouched model"), ("tuned", "After", "your tuned model"))
LONGEST_TABLE = 200
RESUMED = ("exam", "probe", "draw", "export hub")
"""Kinds of jobs that go on where they were stopped."""
JUDGES = notice("neutral", "Nothing to ask.", outputs.JUDGES)


def answers(
    run: RunView,
    comparison: Comparison | None,
    ratings: Mapping[str, RatingView | None] = MappingProxyType({}),
) -> str:
    """Return the pair of answers, with the short hash of the weights that wrote each.

    `ratings` has an entry for each answer that can be rated, by its writer.
    """
    if comparison is None:
        return empty(
            "Nothing asked yet", "Type a question as one of your users would, and both models answer it."
        )
    if comparison.error:
        return notice("error", "No answer.", comparison.error, hint="Ask again, or open another run.")
    cards = "".join(
        _answer(side, title, who, _of(comparison, side, run), ratings) for side, title, who in SIDES
    )
    waiting = (
        ""
        if settled(comparison)
        else f'<p class="waiting" role="status" data-live="waiting">{escape(comparison.waiting)}</p>'
    )
    asked = f'<p class="asked"><span class="unseen">Question: </span>{escape(comparison.question)}</p>'
    pair = f'<div class="pair">{cards}</div>{_sources(comparison)}'
    return f'<section aria-label="Answers">{asked}{waiting}{pair}</section>'


def _sources(comparison: Comparison) -> str:
    """Return the passages that both models read before the question, as text."""
    if not comparison.with_retrieval:
        return ""
    if not comparison.sources:
        looked = "Nothing was found that says more of it." if settled(comparison) else ""
        return f'<p class="basis">{looked}</p>' if looked else ""
    items = "".join(
        f"<li><b>{escape(', '.join(filter(None, (source.title, source.place))))}</b>"
        f"<p>{escape(source.text)}</p></li>"
        for source in comparison.sources
    )
    return (
        f'<section class="sources" aria-label="Sources"><h3>Both read this before they answered</h3>'
        '<div class="boxed" tabindex="0" role="region" aria-label="Passages">'
        f"<ol>{items}</ol></div></section>"
    )


def _of(comparison: Comparison, side: str, run: RunView) -> tuple[str, Answer]:
    name = "base" if side == "base" else run.id
    return name, comparison.answers.get(name, Answer())


def _answer(
    side: str, title: str, who: str, named: tuple[str, Answer], ratings: Mapping[str, RatingView | None]
) -> str:
    name, answer = named
    proof, rate = "", rating(name, title, answer, ratings[name]) if name in ratings else ""
    if answer.done:
        proof = (
            f'<p class="proof">{count(answer.tokens, "token")} in {duration(answer.seconds)} · weights '
            f'<code title="{escape(answer.weights_hash)}">{escape(answer.weights_hash[:8])}</code></p>'
        )
    busy = "false" if answer.done else "true"
    live = "" if answer.done else f' data-live="answer-{escape(name)}"'
    return (
        f'<article class="answer {side}" aria-busy="{busy}"><h3>{title} <small>{who}</small></h3>'
        f'<p class="answer-text"{live}>{escape(answer.text)}</p>{proof}{rate}</article>'
    )


def job(view: JobView, what: str) -> str:
    """Return a job's progress, or how it ended if it did not end well."""
    if view.status == "failed":
        return notice("error", f"{what} failed.", view.message, hint=view.hint)
    if view.status in ("stopped", "interrupted"):
        return notice(
            "warning",
            f"{what} was {'stopped' if view.status == 'stopped' else 'cut off'}.",
            "Start it again: it goes on where it was." if view.kind in RESUMED else "Start it again.",
        )
    if view.status not in ACTIVE:
        return ""
    return (
        f'<section class="progress" aria-label="{escape(what)}"><div class="bar-words"><b>{escape(what)}</b>'
        f'<span data-live="job-{escape(view.id)}">{escape(job_text(view))}</span></div>'
        f"{progress_bar(what, job_percent(view), live=view.id)}</section>"
    )


def answered(view: ExamView | None) -> list[ExamRow]:
    """Return the held-back rows that both models answered."""
    table = view.table if view is not None else ()
    return [row for row in table if row.base is not None and row.tuned is not None]


def title_of_table(view: ExamView | None) -> str:
    """Return the line over the fold that holds every answer, and how many fit better after training."""
    rows = answered(view)
    if rows and rows[0].tuned_margin is not None:
        likelier = sum(_finds_better(row.tuned_margin) for row in rows)
        said = f"the better answer is found likelier on {likelier:,}"
        return f"Every answer: {count(len(rows), 'held-back question')}, {said}"
    if rewarded := [row for row in rows if row.tuned_reward is not None]:
        rose = sum((row.tuned_reward or 0) > (row.base_reward or 0) for row in rewarded)
        return f"Every answer: {count(len(rows), 'held-back question')}, the reward rose on {rose:,}"
    better = sum(row.tuned_loss < row.base_loss for row in rows)
    return f"Every answer: {count(len(rows), 'held-back question')}, the error fell on {better:,}"


def _finds_better(margin: float | None) -> bool:
    return margin is not None and margin > 0


def table(view: ExamView | None) -> str:
    """Return question, expected answer, before and after of each held-back row that was answered."""
    rows = answered(view)
    if not rows:
        return ""
    body = "".join(_row(row) for row in rows[:LONGEST_TABLE])
    shown = f"<p>The first {LONGEST_TABLE} of {len(rows):,} rows.</p>"
    expected = "Better answer" if rows[0].worse else "Expected"
    columns = ("Row", "Question", expected, "Before", "After")
    return (
        '<section aria-label="Held-back questions">'
        f"{markup_table('Table of answers', columns, body, classes='preview answers', tall=True)}"
        f"{shown if len(rows) > LONGEST_TABLE else ''}</section>"
    )


def _row(row: ExamRow) -> str:
    if row.tuned_margin is not None:
        return _pair(row)
    better, before, after = _worth(row)
    return (
        f"{_asked(row)}"
        f'<td data-label="Expected">{escape(row.expected)}</td>'
        f'<td data-label="Before">{escape(row.base)}<small>{before}</small></td>'
        f'<td data-label="After">{escape(row.tuned)}<small class="{"fell" if better else "rose"}">'
        f"{after}</small></td></tr>"
    )


def _worth(row: ExamRow) -> tuple[bool, str, str]:
    """Return whether the tuned model did better on a row, and what each did: the reward, else the error."""
    if row.base_reward is None or row.tuned_reward is None:
        return row.tuned_loss < row.base_loss, f"error {loss(row.base_loss)}", f"error {loss(row.tuned_loss)}"
    said = MEASURES["reward"].said
    before, after = (f"reward {said(each)}" for each in (row.base_reward, row.tuned_reward))
    return row.tuned_reward >= row.base_reward, before, after


def _asked(row: ExamRow) -> str:
    return f'<tr><th scope="row">{row.row:,}</th><td data-label="Question">{escape(row.question)}</td>'


def _pair(row: ExamRow) -> str:
    """Return a question of which two answers are known: the better one, and which of them each model finds
    likelier."""
    before, after = (_finds_better(margin) for margin in (row.base_margin, row.tuned_margin))
    words = {True: "finds the better answer likelier", False: "finds the other answer likelier"}
    rather = f"<small>rather than: {escape(row.worse)}</small>"
    return (
        f'{_asked(row)}<td data-label="Better answer">{escape(row.expected)}{rather}</td>'
        f'<td data-label="Before">{escape(row.base)}<small>{words[before]}</small></td>'
        f'<td data-label="After">{escape(row.tuned)}<small class="{"fell" if after else "rose"}">'
        f"{words[after]}</small></td></tr>"
    )
