"""The Export step's way to the Hugging Face hub: what goes where before a press, how far it is, the link."""

from collections.abc import Sequence

from studio.core.words import count, moment, size
from studio.exporters import EXPORTERS
from studio.services.pushing import Sent
from studio.services.views import ExportView, JobView
from studio.ui.markup import escape, event_button, notice
from studio.ui.panels import compare
from studio.ui.panels.export import total

TITLE = "Put it on the Hugging Face hub"
WHAT = "Sending it to the hub"
ABOUT = (
    "<p>The hub (huggingface.co) is where models are kept and shared on the web. You need an account there. "
    "Nothing is sent before you press the button, and only you can see it unless you say otherwise.</p>"
)
SIGNED_IN = "Leave it empty: this computer is signed in at the hub. Or enter another one for this time."
TOKEN = (
    "One that may write, from huggingface.co/settings/tokens. It is used this once and never written down."
)


def title(sent: Sequence[Sent]) -> str:
    """Return the fold's own line: where the model is, if it is there."""
    if not sent:
        return TITLE
    return f"On the Hugging Face hub: {sent[-1].repository}, {_seen(private=sent[-1].private)}"


def leaves(page: str, kind: str, made: ExportView | None, *, private: bool) -> str:
    """Return what a press on the button sends, and where to."""
    files = f"{count(len(made.files), 'file')}, {size(total(made))}," if made else "its files"
    first = "" if made else " They are made and checked first."
    sentence = (
        f"{EXPORTERS[kind].TITLE}: a press sends {files} to {page}, where {_seen(private=private)}.{first}"
    )
    if private:
        return notice("neutral", "Your model will leave this computer.", sentence)
    warning = "Anybody can take it then, and a model can repeat what it learned word for word."
    return notice("warning", "Your model will be public.", f"{sentence} {warning}")


def hub(sent: Sequence[Sent], job: JobView | None) -> str:
    """Return how far the sending is, how it ended if not well, and what is at the hub."""
    going = compare.job(job, WHAT) if job is not None else ""
    if job is not None and job.status in ("queued", "running"):
        going += event_button("stop", "Stop sending")
    return going + "".join(_sent(each) for each in reversed(sent))


def _seen(*, private: bool) -> str:
    return "only you can see it (private)" if private else "everyone can see it (public)"


def _sent(sent: Sent) -> str:
    """Return one place at the hub, with its link."""
    what = EXPORTERS[sent.of].TITLE if sent.of in EXPORTERS else sent.of
    gone = ""
    if sent.removed:
        number = count(len(sent.removed), "file")
        gone = f" {number} of an earlier model there made way; the hub keeps what was in its history."
    return (
        '<section class="certificate passed" aria-label="At the hub"><span class="mark" aria-hidden="true">✓'
        f'</span><div><h3><a href="{escape(sent.address)}" target="_blank" rel="noreferrer noopener">'
        f"{escape(sent.repository)}</a></h3><p>{escape(what)} of step {sent.step:,}, sent "
        f"{escape(moment(sent.at))}; {_seen(private=sent.private)}. Commit "
        f"<code>{escape(sent.commit[:10])}</code>.{escape(gone)}</p></div></section>"
    )
