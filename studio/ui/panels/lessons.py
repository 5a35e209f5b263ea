"""The Compare step's way from feedback to learning: what was said so far, what is missing, and the button."""

from studio.core.lessons import LESSONS
from studio.core.words import count
from studio.services.lessons import LessonsView, LessonView
from studio.ui.markup import escape

TITLE = "Learn from what you said"
WAYS = {
    "preference": "The model then writes the better answer more readily than the worse one (learning from "
    "preferences, DPO).",
    "rated": "The model then writes answers like the good ones and fewer like the bad ones (learning from "
    "rated answers, KTO). Both answers of “Both bad” count as bad; of a preference one counts as good and "
    "one as bad.",
    "pairs": "The model then learns to give these answers (learning from examples, SFT).",
}


def title(view: LessonsView) -> str:
    """Return the fold's own line: how many preferences there are, or how many are missing."""
    first = view.lessons[0]
    if first.rows >= first.needed:
        return f"{TITLE}: {count(first.rows, 'preference')} kept"
    return f"{TITLE}: {first.rows} of the {first.needed} preferences that it takes"


def lessons(view: LessonsView) -> str:
    """Return each kind of rows with its button, or with what is missing for it."""
    pairs, rated, written = view.lessons
    shown = [_lesson(pairs)]
    # Each pair is two rated answers as well: only what was said beyond them is something else to learn.
    shown += [_lesson(rated)] if rated.rows > 2 * pairs.rows else []
    shown += [_lesson(written)] if written.rows else []
    gone = ""
    if view.gone:
        gone = (
            f"<p>{count(view.gone, 'judgement')} of answers of runs that were deleted "
            f"{'counts' if view.gone == 1 else 'count'} like the others.</p>"
        )
    kept = ""
    if any(lesson.rows for lesson in view.lessons):
        kept = (
            f'<p><a href="studio/feedback/{escape(view.dataset)}" download>Download all that was said</a> '
            "(JSONL: votes and ratings, with who, when and of which model; ties are in it).</p>"
        )
    return (
        f'<section class="lessons" aria-label="{TITLE}">'
        "<p>All that was said of answers to these examples, of all their runs, becomes examples of its own: "
        "you see them before anything is learned. The names of the answers stay hidden until your votes "
        f'are done.</p><ul class="rows">{"".join(shown)}</ul>{gone}{kept}</section>'
    )


def _lesson(view: LessonView) -> str:
    lesson = LESSONS[view.kind]
    title = count(view.rows, lesson.noun)
    if view.rows < view.needed:
        missing = view.needed - view.rows
        told = f"Learning needs at least {view.needed}; {missing:,} to go. A few hundred make a good start."
        return f"<li><div><b>{title}</b><small>{told}</small></div></li>"
    made = ""
    if view.made:
        made = f" {view.made_rows:,} were taken before; the data set gets a new version and keeps the old."
    words = f"Learn from {'this' if view.rows == 1 else 'these'} {title}"
    return (
        f"<li><div><b>{title}</b><small>{WAYS[view.kind]}{made}</small></div>"
        f'<div class="row-buttons"><button type="button" data-event="learn" data-kind="{escape(view.kind)}">'
        f"{words}</button></div></li>"
    )
