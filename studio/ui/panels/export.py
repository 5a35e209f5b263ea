"""What the Export step shows: what can be taken home, the files with their hashes, the parity certificate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.core.words import count, size
from studio.exporters.job import READ_WITH
from studio.exporters.llama.bounds import in_words
from studio.services.views import ExportView, Parity
from studio.ui.markup import escape, folded, notice, radio_card, table


@dataclass(frozen=True)
class Offer:
    """A kind of export; `expected_bytes` is a forecast of its size, None where none can be given.

    `refusal` says why this run cannot be handed over so; `has_weights` whether the model itself is in it.
    """

    title: str
    summary: str
    expected_bytes: int | None = None
    refusal: str = ""
    has_weights: bool = True


def kinds(offers: Mapping[str, Offer], made: Sequence[ExportView], chosen: str) -> str:
    """Return the exports as radio cards, those with the model in them first; what is made shows its size."""
    views = {view.kind: view for view in made}
    parts = ""
    for title, has_weights in (("The model itself", True), ("What belongs to it, without the model", False)):
        cards = "".join(
            _card(kind, offer, views.get(kind), kind == chosen)
            for kind, offer in offers.items()
            if offer.has_weights == has_weights
        )
        parts += f'<fieldset class="choices"><legend>{title}</legend>{cards}</fieldset>' if cards else ""
    return f'<fieldset class="choices"><legend>What do you need?</legend>{parts}</fieldset>'


def terms(warnings: Sequence[str]) -> str:
    """Return what the licences forbid or ask, before anything is handed on; nothing where they allow all."""
    return notice("neutral", "Mind before you hand it on.", " ".join(warnings)) if warnings else ""


def _card(kind: str, offer: Offer, view: ExportView | None, chosen: bool) -> str:
    expected = f"about {size(offer.expected_bytes)}" if offer.expected_bytes else ""
    side = size(total(view)) if view else expected
    state = "Ready to download" if view else ""
    if view and view.parity is not None:
        state = _checked(view.parity)
    if view and view.earlier:
        state = f"{state}, of an earlier point (step {view.step:,})"
    if offer.refusal:
        side, state = "", f"Not for this run. {offer.refusal}"
    words = (offer.title, offer.summary, state)
    return radio_card("kind", kind, checked=chosen, words=words, side=side)


def _checked(parity: Parity) -> str:
    if parity.passed:
        return "Ready, checked"
    return "Made; rounding changed some answers" if parity.form else "Made, but the check did not pass"


def make(*, checked: bool) -> str:
    """Return the words of the button; only files with weights are loaded again and compared."""
    return "Make it and check it" if checked else "Make it"


def total(view: ExportView) -> int:
    return sum(file.bytes for file in view.files)


def certificate(parity: Parity | None, *, library: str = "peft") -> str:
    """Return the parity self-test's result; the green tick only where every answer was equal.

    Rounded numbers cannot give equal answers: theirs stands for the bounds of `exporters.llama.bounds`.
    `library` is the one that the files are made for.
    """
    if parity is None:
        return ""
    equal = f"{parity.equal_answers:,} of {count(parity.prompts, 'answer')} equal, token for token"
    largest = f"largest difference in any score {parity.max_logit_difference:.2g}"
    found = f"{in_words(parity)} {parity.also}".rstrip() if parity.form else f"{equal}; {largest}."
    mark, tone = ("✓", "passed") if parity.passed else ("!", "failed")
    return (
        f'<section class="certificate {tone}" aria-label="Parity certificate">'
        f'<span class="mark" aria-hidden="true">{mark}</span><div><h3>{_judged(parity)}</h3><p>'
        f"The files were loaded again as a stranger would, with {READ_WITH[library]}: {escape(found)}"
        "</p></div></section>"
    )


def _judged(parity: Parity) -> str:
    if parity.passed:
        return "It behaves the same outside the studio"
    return "Rounding changes some of its answers" if parity.form else "The exported files answer differently"


def files(view: ExportView) -> str:
    """Return every exported file with its size and hash."""
    rows = "".join(
        f'<tr><th scope="row">{escape(file.name)}</th><td>{size(file.bytes)}</td>'
        f"<td><code>{escape(file.sha256[:16])}…</code></td></tr>"
        for file in view.files
    )
    summary = f"{count(len(view.files), 'file')}, {size(total(view))}"
    return folded(summary, table("Exported files", ("File", "Size", "SHA-256"), rows))


def text_block(title: str, text: str, *, opened: bool = False) -> str:
    """Return a model card or a script as plain text in a box that scrolls."""
    name = escape(title)
    box = f'<pre class="source" tabindex="0" role="region" aria-label="{name}">{escape(text)}</pre>'
    return folded(title, box, opened=opened)
