"""Whether a model answers the same to other words: one sentence, its figures, and what was asked."""

from studio.core.words import decimals
from studio.services.exam_view import ExamView
from studio.ui.markup import notice

NAME = "steadiness"
TITLE = "Does it answer the same when asked in other words?"
EXPLAINED = (
    "<p>Some of the held-back questions are asked in two other ways, with the same meaning. A model that "
    "understood the question answers alike (consistency). The whole exam is held anew for it, and answering "
    "takes up to three times as long.</p>"
)
FOUND = {
    "better": ("good", "More alike than before."),
    "same": ("neutral", "No clear difference."),
    "worse": ("warning", "Less alike than before."),
    "too_few": ("neutral", "Too few questions to tell."),
}


def title(view: ExamView | None) -> str:
    """Return the fold's title with the result, where there is one."""
    if view is None or NAME not in view.differences:
        return TITLE
    return f"{TITLE} {FOUND[view.differences[NAME].verdict][1]}"


def steady(view: ExamView | None) -> str:
    """Return what was found, or what would be asked."""
    if view is None or NAME not in view.differences:
        return EXPLAINED
    found = view.differences[NAME]
    tone, headline = FOUND[found.verdict]
    before, after = (view.arms[arm][NAME] for arm in ("base", "tuned"))
    figures = (
        f"Before {decimals(before.value, 3)}, after {decimals(after.value, 3)}; 1 is the same words always. "
        f"95 % interval of the difference: {decimals(found.low, 3, signed=True)} to "
        f"{decimals(found.high, 3, signed=True)}."
    )
    return notice(tone, headline, figures, hint=view.in_other_words)
