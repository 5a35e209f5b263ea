"""KTO: answers that were rated one by one; good ones become likelier, bad ones less so."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.examples import Example
from studio.core.knobs import knob
from studio.core.records import Rated, Record
from studio.data.judged import GOOD, encode_rated
from studio.data.templates import ChatTemplate
from studio.engine.objectives import dpo

if TYPE_CHECKING:
    from studio.engine.preferring import Answers, Weighed

TITLE = "Learn from rated answers (KTO)"
SUMMARY = "The model learns from answers that are good or bad: good ones become likelier, bad ones less so."
WHEN = "Pick it where each answer was rated by itself, thumbs up or down, without another beside it."
SOURCE = "arXiv:2402.01306, equation 7"
HEAD = "language"
CHAT = True
WINDOWS = False
REFERENCE = True
SHARED = "strayed"
MEASURES = ("accuracy", "margin", "kl")
RATE_SHARE = 0.1
METRICS = dpo.METRICS


@dataclass(frozen=True)
class Config:
    """How far answers are driven from where they were, and what each kind counts."""

    kto_beta: float = knob(
        0.1,
        label="Stay close to the original",
        technical="beta of KTO",
        low=0.001,
        high=10.0,
        help="Lower lets the model move further from what it was to please; higher keeps it closer.",
        source="arXiv:2402.01306, section 4.1",
    )
    good_weight: float = knob(
        1.0,
        label="How much a good answer counts",
        technical="desirable weight",
        low=0.01,
        high=100.0,
        help="Raise it where good answers are rare: this times their number should be near that of bad ones.",
        source="arXiv:2402.01306, equation 8",
    )
    bad_weight: float = knob(
        1.0,
        label="How much a bad answer counts",
        technical="undesirable weight",
        low=0.01,
        high=100.0,
        help="Raise it where bad answers are rare: this times their number should be near that of good ones.",
        source="arXiv:2402.01306, equation 8",
    )


def accepts(record: Record) -> bool:
    """Return whether this kind of record is one answer with what people thought of it."""
    return isinstance(record, Rated)


def encode(record: Record, template: ChatTemplate, *, max_length: int, row: int) -> Example:
    """Return the answer behind its question, and whether it is a good one."""
    assert isinstance(record, Rated)
    return encode_rated(record, template, max_length, row)


def weigh(answers: "Answers", settings: Config) -> "Weighed":
    """Return the loss over the answers of the batch.

    What an answer gained is set against what answers to other questions gained, `shared`: a good one is to
    gain more, a bad one less, and `margin` says by how much it does.
    """
    import torch  # not before the first page

    from studio.engine.preferring import Weighed, told_of

    good = torch.tensor([label == GOOD for label in answers.labels], device=answers.own.device)
    beyond = answers.own - answers.untouched - answers.shared
    margins = settings.kto_beta * torch.where(good, beyond, -beyond)
    weights = torch.where(good, settings.good_weight, settings.bad_weight)
    losses = weights * (1 - margins.sigmoid())
    measures = told_of(margins) | {"kl": answers.shared * len(good)}
    return Weighed(losses.sum(), len(good), measures)
