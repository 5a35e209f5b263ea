"""The Compare step's further answers: drawn by chance, asked about in pairs, the least sure first."""

from studio.core.events import ACTIVE
from studio.core.words import count
from studio.services.drawn_votes import DrawnView
from studio.services.views import JobView
from studio.ui.markup import event_button, notice
from studio.ui.panels import compare
from studio.ui.panels.votes import asking

TITLE = "Judge more answers"
WORK = "Drawing answers"
ABOUT = (
    "<p>The tuned model writes several answers to each question by chance (sampling), and you judge pairs of "
    "them. First come those where it is least sure which is better: there your word tells it most "
    "(active learning by the implicit reward, arXiv:2402.09401).</p>"
)


def title(view: DrawnView | None) -> str:
    """Return the fold's own line: how far it is."""
    if view is None:
        return f"{TITLE}: several by the tuned model to each question"
    return f"{TITLE}: {view.voted} of {count(view.pairs, 'pair')}"


def drawn(view: DrawnView | None, job: JobView | None) -> str:
    """Return the drawing under way, or how it ended, and the pair that is asked about next."""
    if job is not None and job.status in ACTIVE:
        return compare.job(job, WORK) + event_button("stop", "Stop drawing")
    ended = compare.job(job, WORK) if job is not None else ""
    return ended + (_pairs(view) if view is not None else "")


def _pairs(view: DrawnView) -> str:
    undo = event_button("undo", "Undo the last vote") if view.voted else ""
    earlier = ""
    if view.earlier:
        old = f"These answers are of an earlier point of the run, step {view.step:,}."
        earlier = notice("warning", old, "Draw new ones to judge those of the model as it is now.")
    if view.open is not None:
        told = f"Both by the tuned model, drawn at temperature {view.temperature:g}."
        place = view.voted + 1, view.pairs
        return earlier + asking(view.open, place=place, told=told, more=undo, label=TITLE)
    if not view.pairs:
        alike = "All answers to each question came out alike."
        return earlier + notice("neutral", alike, "A higher temperature, or other questions, give others.")
    all_of = f"{count(view.answers, 'answer')} to {count(view.questions, 'question')} judged."
    done = notice("good", all_of, "Draw new ones, or learn from what you said below.")
    return f'{earlier}{done}<div class="vote-more">{undo}</div>'
