"""Under an answer of Compare: is it good or bad, and what should it have said?"""

from studio.services.rating import LONGEST_ANSWER, RatingView
from studio.services.views import Answer
from studio.ui.markup import escape

THUMB = (
    '<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="2" stroke-linejoin="round"{turned}><path d="M8 11v9H4v-9zM8 11l4-8c2 0 2.6 2 2.2 4l-.6 3'
    'h5c1.5 0 2 1.2 1.7 2.4l-1.5 6.2c-.2.9-1 1.4-2 1.4H8"/></svg>'
)
UP, DOWN = THUMB.format(turned=""), THUMB.format(turned=' transform="rotate(180)"')
THUMBS = ("good", UP, "Good"), ("bad", DOWN, "Bad")


def rating(who: str, title: str, answer: Answer, said: RatingView | None) -> str:
    """Return the thumbs and the way to write the right answer; what was said is pressed and can be undone.

    `title` tells the two answers apart for those who hear the page.
    """
    pressed = "" if said is None or said.better else "good" if said.good else "bad"
    thumbs = "".join(
        f'<button type="button" class="plain" data-event="rate" data-who="{escape(who)}" data-said="{value}" '
        f'aria-pressed="{str(pressed == value).lower()}">{icon} {words}</button>'
        for value, icon, words in THUMBS
    )
    written, words, back = "", "Write the right answer", ""
    if said is not None and said.better:
        written, words, back = _written(said.better), "Change it", _back(who)
    value = said.better if said is not None and said.better else answer.text
    write = (
        f'<button type="button" class="plain" data-event="rate" data-who="{escape(who)}" data-said="written" '
        f'data-ask="long" data-title="The right answer" data-value="{escape(value)}" '
        f'data-limit="{LONGEST_ANSWER}" data-yes="Keep this answer">{words}</button>'
    )
    return (
        f'{written}<div class="rate" role="group" aria-label="Your judgement of the answer {escape(title)}">'
        f"{thumbs}{write}{back}</div>"
    )


def _written(text: str) -> str:
    return (
        '<p class="of-expected"><b>The right answer, as you wrote it</b></p>'
        '<div class="boxed" tabindex="0" role="group" aria-label="The right answer">'
        f"{escape(text)}</div>"
    )


def _back(who: str) -> str:
    return (
        f'<button type="button" class="plain" data-event="rate" data-who="{escape(who)}" '
        'data-said="nothing">Take it back</button>'
    )
