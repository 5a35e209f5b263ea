"""What stands above the results of the bake-off: the ways to choose from, documents, the expected time."""

from collections.abc import Mapping, Sequence

from studio.core.words import between, count, duration, listed, size
from studio.evaluation.arms import ARMS, PAIR
from studio.services.bake_off_time import expected_seconds
from studio.services.exam_view import ExamView
from studio.services.knowledge import DocumentView
from studio.ui.markup import escape, event_button

INTRO = (
    "<p>Perhaps good instructions, a few examples or your documents are enough. The same held-back questions "
    "are put to the untouched model in those ways too, and the answers are measured beside the tuned ones "
    "(a bake-off).</p>"
)


def ways(refusals: Mapping[str, str], chosen: Sequence[str]) -> str:
    """Return the further ways as boxes to tick; one that makes no sense here says why.

    `refusals`: name of each further way -> why it cannot take part, empty where it can.
    """
    always = listed([f"“{ARMS[name].TITLE}”" for name in PAIR])
    boxes = "".join(_way(name, refusal, name in chosen) for name, refusal in refusals.items())
    return f'<fieldset class="choices"><legend>Ways to set beside {always}</legend>{boxes}</fieldset>'


def _way(name: str, refusal: str, chosen: bool) -> str:
    arm = ARMS[name]
    state = " disabled" if refusal else " checked" if chosen else ""
    small = refusal or arm.TERM
    return (
        f'<label class="choice"><input type="checkbox" value="{escape(name)}" data-event="pick"{state}>'
        f'<span class="choice-text"><b>{escape(arm.TITLE)}</b><span>{escape(arm.SUMMARY)}</span>'
        f"<small>{escape(small)}</small></span></label>"
    )


def documents(views: Sequence[DocumentView], removed: DocumentView | None) -> str:
    """Return what can be looked up beside the training rows, each with a button that takes it out."""
    back = ""
    if removed is not None:
        back = (
            f'<p class="waiting" role="status">“{escape(removed.name)}” was taken out. '
            f"{_button('restore', removed, 'Bring it back')}</p>"
        )
    if not views:
        return f'<p class="basis">No document yet: only the rows that were learned are looked up.</p>{back}'
    items = "".join(
        f"<li><div><b>{escape(view.name)}</b><small>{size(view.bytes)} · {count(view.words, 'word')} · "
        f"{count(view.passages, 'passage')}</small></div>"
        f'<div class="row-buttons">{_button("remove", view, "Take out")}</div></li>'
        for view in views
    )
    return f'<ul class="rows" aria-label="Documents">{items}</ul>{back}'


def _button(event: str, view: DocumentView, words: str) -> str:
    return (
        f'<button type="button" data-event="{event}" data-id="{escape(view.id)}" '
        f'aria-label="{escape(words)}: {escape(view.name)}">{escape(words)}</button>'
    )


def expected(exam: ExamView | None, further: int) -> str:
    """Return how long it will take with so many further ways, and what that rests on."""
    if not further:
        return '<p class="basis">Tick at least one way.</p>'
    span = expected_seconds(exam, further)
    if exam is None or span is None:
        return '<p class="basis">How long it takes is known once an exam was held.</p>'
    return (
        f'<p class="basis">It takes about {between(*span)}: the last exam took '
        f"{duration(exam.seconds)} for {count(len(exam.arms), 'way')}, and ways that read more take longer. "
        "It can be stopped, and goes on where it was.</p>"
    )


def title(headline: str) -> str:
    """Return the line over the fold: the question, and the answer in few words where there is one."""
    question = "Should you fine-tune at all?"
    return f"{question} {headline}" if headline else question


def stop() -> str:
    return event_button("stop", "Stop it, and go on later")
