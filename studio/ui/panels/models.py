"""The list of models on the Method step: what each is good at, its licence, and what it needs here."""

from collections.abc import Sequence

from studio.core.words import size
from studio.services.model_list import OfferedModel
from studio.ui.markup import folded, radio_card

EVENT = "listed"


def models(offered: Sequence[OfferedModel], chosen: str) -> str:
    """Return the models that fit as cards to choose from; those that do not fit folded away beneath."""
    fitting = [model for model in offered if model.fits]
    too_large = [model for model in offered if not model.fits]
    first = _group("Models that fit this machine", fitting, chosen)
    if not too_large:
        return first
    rest = _group("Too large for the free memory", too_large, chosen)
    return first + folded(f"{len(too_large)} more that are too large for the free memory here", rest)


def _group(legend: str, offered: Sequence[OfferedModel], chosen: str) -> str:
    if not offered:
        return "<p>No listed model fits the free memory of this machine.</p>"
    cards = "".join(_card(model, chosen) for model in offered)
    return f'<fieldset class="choices"><legend>{legend}</legend>{cards}</fieldset>'


def _card(model: OfferedModel, chosen: str) -> str:
    facts = model.facts
    small = [
        facts.id,
        f"{facts.millions:,} million weights",
        f"licence {facts.licence}",
        f"reads {facts.context_tokens:,} tokens",
    ]
    if facts.asks:
        small.append("its owner asks you to accept terms on the hub first")
    if model.ready:
        small.append("on this computer")
    return radio_card(
        EVENT,
        facts.id,
        checked=facts.id == chosen,
        words=(facts.title, facts.good_at, " · ".join(small)),
        side=f"at least {size(model.needs_bytes)} memory",
    )
