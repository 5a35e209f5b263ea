"""The Compare step's blind vote: two answers without names, and the result once the names are shown."""

from studio.core.measures import MEASURES
from studio.core.words import count, percentage
from studio.evaluation.votes import Agreement
from studio.services.views_of_votes import OpenQuestion, Said, VotedQuestion, VotesView
from studio.ui.markup import (
    Figure,
    escape,
    event_button,
    folded,
    notice,
    numbers,
    progress_bar,
    sentence,
    table,
)

TITLE = "Judge for yourself"
EARLIER = " (of an earlier point)"
CHOICES = (
    ("left", "First is better", "1"),
    ("right", "Second is better", "2"),
    ("tie", "About the same", "0"),
    ("both_bad", "Both bad", ""),
)
SAID: dict[Said, str] = {
    "tuned": "After",
    "base": "Before",
    "tie": "About the same",
    "both_bad": "Both bad",
    "skipped": "Left out",
    "identical": "Alike, not asked",
}


def title(view: VotesView | None) -> str:
    """Return the fold's own line: how far it is, or the result."""
    if view is None or not (view.questions or view.identical):
        return TITLE
    return f"{_title(view)}{EARLIER if view.earlier else ''}"


def _title(view: VotesView) -> str:
    if not view.shown:
        begun = f"{view.voted} of {view.questions}" if view.voted else count(view.questions, "question")
        return f"{TITLE}: two answers, names hidden ({begun})"
    if not view.counted.decided:
        return f"{TITLE}: no answer was preferred"
    return f"{TITLE}: you preferred the tuned answer in {view.counted.tuned} of {view.counted.decided}"


def votes(view: VotesView) -> str:
    """Return the open question, or the result."""
    damaged = ""
    if view.damaged:
        lost = f"{count(view.damaged, 'line')} of the votes could not be read."
        damaged = notice("warning", lost, "They are left out.")
    earlier = ""
    if view.earlier:
        old = f"These answers are of an earlier point of the run, step {view.step:,}."
        earlier = notice("warning", old, "Hold the exam again to judge those of the model as it is now.")
    return damaged + earlier + (_question(view, view.open) if view.open is not None else _result(view))


def _question(view: VotesView, asked: OpenQuestion) -> str:
    undo = event_button("undo", "Undo the last vote") if view.voted else ""
    end = event_button("end", "Show the result now") if view.voted else ""
    return asking(
        asked,
        place=(view.voted + 1, view.questions),
        told="The names come at the end. “Every answer” below shows them, so vote first.",
        more=f"{undo}{end}",
        label=TITLE,
    )


def asking(asked: OpenQuestion, *, place: tuple[int, int], told: str, more: str, label: str) -> str:
    """Return a pair of answers without names and its buttons; `place` counts it among all there are."""
    number, questions = place
    percent = 100 * (number - 1) // max(1, questions)
    sides = "".join(
        f'<article class="answer"><h3>{name}</h3><p class="answer-text">{_text(text)}</p></article>'
        for name, text in (("First answer", asked.left), ("Second answer", asked.right))
    )
    expected = _expected(asked.expected) if asked.expected else ""
    buttons = "".join(_choice(asked.key, *choice) for choice in CHOICES)
    skip = (
        f'<button type="button" class="plain" data-event="vote" data-key="{escape(asked.key)}" '
        'data-choice="skipped">Leave it out</button>'
    )
    return (
        f'<section class="votes" aria-label="{label}" data-voting>'
        f'<div class="bar-words"><b role="status">Question {number} of {questions}</b>'
        f"<span>{told}</span></div>"
        f"{progress_bar('Votes', percent, live='votes')}"
        f'<p class="asked"><span class="unseen">Question: </span>{escape(asked.prompt)}</p>'
        f'<div class="pair">{sides}</div>{expected}'
        f'<div class="vote-buttons" role="group" aria-label="Which answer is better?">{buttons}</div>'
        f'<div class="vote-more">{skip}{more}</div></section>'
    )


def _expected(text: str) -> str:
    """Return it in a box that scrolls by itself: a long one must not push the buttons out of sight."""
    return (
        '<p class="of-expected"><b>Expected answer</b></p><div class="boxed" tabindex="0" role="region" '
        f'aria-label="Expected answer">{escape(text)}</div>'
    )


def _text(answer: str) -> str:
    return escape(answer) if answer.strip() else "<i>Nothing was written.</i>"


def _choice(key: str, choice: str, words: str, letter: str) -> str:
    hint = f' <kbd aria-hidden="true">{letter}</kbd>' if letter else ""
    pressed = f' aria-keyshortcuts="{letter}"' if letter else ""
    return (
        f'<button type="button" class="plain" data-event="vote" data-key="{escape(key)}" '
        f'data-choice="{choice}"{pressed}>{words}{hint}</button>'
    )


def _result(view: VotesView) -> str:
    left = view.questions - view.voted
    undo = event_button("undo", "Undo the last vote") if view.voted else ""
    on = event_button("on", f"Go on with the other {left}") if left and view.voted else ""
    return (
        f'<section class="votes" aria-label="{TITLE}">{sentence(view.said)}{_figures(view)}'
        f'{_agreement(view)}{_rows(view)}<div class="vote-more">{on}{undo}</div></section>'
    )


def _figures(view: VotesView) -> str:
    counted = view.counted
    figures = [
        Figure(f"{counted.tuned:,}", "for the tuned answer"),
        Figure(f"{counted.base:,}", "for the untouched one"),
        Figure(f"{counted.ties - view.identical:,}", "ties"),
    ]
    if view.identical:
        figures.append(Figure(f"{view.identical:,}", "alike, not asked"))
    if view.skipped:
        figures.append(Figure(f"{view.skipped:,}", "left out"))
    return numbers("Votes", figures)


def _agreement(view: VotesView) -> str:
    """Return how often each metric's own sign agrees with the votes."""
    known = {name: found for name, found in view.metrics.items() if found.rows}
    if not known:
        return ""
    body = "".join(_metric(name, found) for name, found in known.items())
    inside = (
        "<p>Of the questions that you decided and on which a measure tells the two answers apart.</p>"
        + table("Agreement with the measures", ("Measure", "Agrees with you"), body, classes="exam")
    )
    return folded("Do the measures see what you see?", inside)


def _metric(name: str, found: Agreement) -> str:
    measure = MEASURES[name]
    return (
        f'<tr><th scope="row">{escape(measure.title)}<small>{escape(measure.term)}</small></th>'
        f'<td data-label="Agrees with you">{found.same} of {found.rows} '
        f"({percentage(found.same / found.rows)})</td></tr>"
    )


def _rows(view: VotesView) -> str:
    if not view.rows:
        return ""
    body = "".join(_row(row) for row in view.rows)
    columns = ("Row", "Question", "Before", "After", "You preferred")
    return "<h3>What you said, with the names</h3>" + table(
        "Votes", columns, body, classes="preview answers", tall=True
    )


def _row(row: VotedQuestion) -> str:
    return (
        f'<tr><th scope="row">{f"{row.row:,}" if row.row else "typed"}</th>'
        f'<td data-label="Question">{escape(row.prompt)}</td>'
        f'<td data-label="Before">{_text(row.base)}</td><td data-label="After">{_text(row.tuned)}</td>'
        f'<td data-label="You preferred">{SAID[row.said]}</td></tr>'
    )


def kept(dataset: str, pairs: int) -> str:
    """Return where the preferences can be taken away; `dataset` names the data set that keeps them."""
    return (
        f"<p>{count(pairs, 'preference')} kept with this data set, of all its runs: "
        f'<a href="studio/preferences/{escape(dataset)}" download>Download as JSONL</a> '
        "(<code>prompt, chosen, rejected</code>; ties are not in it).</p>"
    )
