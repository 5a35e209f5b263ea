"""The Compare step's judge model: what it said, and where the answers would go that it is to read."""

from studio.core.exam import ComparisonVerdict
from studio.core.words import count, percentage
from studio.services.views import JobView
from studio.services.views_of_votes import JudgeView
from studio.ui.markup import Figure, escape, event_button, notice, numbers
from studio.ui.panels import compare

TITLE = "Let a model judge"
JUDGE = "The judge"
SAID: dict[ComparisonVerdict, tuple[str, str]] = {
    "better": ("good", "It prefers the tuned model."),
    "worse": ("warning", "It prefers the untouched model."),
    "same": ("neutral", "It has no clear preference."),
    "too_few": ("neutral", "Too few questions to tell."),
}
ABOUT = (
    "<p>Another model (“LLM as a judge”) reads each pair of answers twice, with the two in changed places. "
    "An answer wins only where it wins both times. Small models judge badly: see how often it agrees with "
    "you.</p>"
)


def title(view: JudgeView | None) -> str:
    """Return the fold's own line: the result where there is one."""
    if view is None:
        return TITLE
    if not view.counted.decided:
        return f"{TITLE}: it decided no question"
    return f"{TITLE}: the tuned answer in {view.counted.tuned} of {view.counted.decided}"


def leaves(host: str, *, here: bool) -> str:
    """Return what a press on the button sends, and where to; `here`: that is this machine."""
    if here:
        return notice("neutral", f"The answers go to {host}.", "That is this computer; they do not leave it.")
    sentence = (
        "A press on the button sends the held-back questions, both answers to each and the expected answer "
        f"to {host}. They leave this computer, and whoever runs that service may keep them."
    )
    return notice("warning", "Your data will leave this computer.", sentence)


def judge(view: JudgeView | None, job: JobView | None) -> str:
    """Return how far the judge is, how it ended if not well, and what it said."""
    going = compare.job(job, JUDGE) if job is not None else ""
    if job is not None and job.status in ("queued", "running"):
        going += event_button("stop", "Stop the judge")
    return going + (_said(view) if view is not None else "")


def _said(view: JudgeView) -> str:
    tone, headline = SAID[view.verdict]
    where = f" at {view.address}" if view.address else ""
    earlier = " These were answers of an earlier point of the run." if view.earlier else ""
    counted = view.counted
    figures = numbers(
        JUDGE,
        [
            Figure(f"{counted.tuned:,}", "for the tuned answer"),
            Figure(f"{counted.base:,}", "for the untouched one"),
            Figure(f"{counted.ties:,}", "ties"),
        ],
    )
    return (
        f'<section class="votes" aria-label="{JUDGE}">'
        f'<p class="verdict {tone}" role="status"><b>{headline}</b> {escape(_share(view))}</p>{figures}'
        f"<p>{escape(_counted(view))} {escape(_people(view))} {escape(view.note)}</p>"
        f"<p>Judge: <code>{escape(view.judge)}</code>{escape(where)}.{earlier}</p></section>"
    )


def _share(view: JudgeView) -> str:
    if view.won is None:
        return "It preferred neither answer on any question."
    return (
        f"The tuned answer won {view.counted.tuned} of the {view.counted.decided} questions that it decided "
        f"({percentage(view.won.value)}; exact 95 % interval {percentage(view.won.low)} to "
        f"{percentage(view.won.high)}, Clopper-Pearson)."
    )


def _counted(view: JudgeView) -> str:
    """Return what decided nothing, and why."""
    parts = []
    if view.swayed:
        parts.append(
            f"On {count(view.swayed, 'question')} it changed its mind with the places; they count as ties."
        )
    if view.unread:
        parts.append(f"On {count(view.unread, 'question')} its reply named no answer; they are left out.")
    if view.unasked:
        parts.append(f"{count(view.unasked, 'question')} were too long for it and not asked.")
    return " ".join(parts)


def _people(view: JudgeView) -> str:
    if not view.people.rows:
        return "How far it agrees with you is told once you have voted and the names are shown."
    kappa = (
        f"Cohen's kappa {view.people.kappa:.2f}, 0 is chance"
        if view.people.kappa is not None
        else "Cohen's kappa is not defined: one of you always said the same"
    )
    return f"It agrees with you on {view.people.same} of {count(view.people.rows, 'question')} ({kappa})."
