"""SimPO: of two answers the better one becomes likelier by token, by a margin, without a second model."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.objectives import dpo

if TYPE_CHECKING:
    from studio.engine.preferring import Answers, Weighed

TITLE = "Learn from preferences without the original (SimPO)"
SUMMARY = "Of two answers the better one becomes likelier, word by word: to be longer is no help."
WHEN = "Pick it where the better answers are mostly longer, or memory is short: the original is not asked."
SOURCE = "arXiv:2405.14734, equation 6"
HEAD = "language"
CHAT = True
WINDOWS = False
REFERENCE = False
MEASURES = ("accuracy", "margin")
RATE_SHARE = 0.1
METRICS = dpo.METRICS


@dataclass(frozen=True)
class Config:
    """How steeply a difference counts, and how large it should be."""

    simpo_beta: float = knob(
        2.0,
        label="How steeply a difference counts",
        technical="beta of SimPO",
        low=0.01,
        high=20.0,
        help="Higher drives answers further apart. Nothing holds the model near what it was.",
        source="arXiv:2405.14734, section 4",
    )
    simpo_margin: float = knob(
        1.0,
        label="How large the difference should be",
        technical="gamma of SimPO, target reward margin",
        low=0.0,
        high=20.0,
        help="Pairs that are further apart count little. About half of beta does well.",
        source="arXiv:2405.14734, section 4",
    )


accepts = dpo.accepts
encode = dpo.encode


def weigh(answers: "Answers", settings: Config) -> "Weighed":
    """Return the loss over the pairs of the batch; `margin` is that of the rewards, without the target."""
    from torch.nn.functional import logsigmoid  # torch: not before the first page

    from studio.engine.preferring import Weighed, told_of

    by_token = answers.own / answers.tokens
    margins = settings.simpo_beta * (by_token[0::2] - by_token[1::2])
    losses = -logsigmoid(margins - settings.simpo_margin)
    return Weighed(losses.sum(), len(margins), told_of(margins))
