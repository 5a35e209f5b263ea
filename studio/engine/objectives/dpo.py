"""DPO: of two answers to a question, the better one becomes likelier and the worse one less so."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.examples import Example
from studio.core.knobs import knob
from studio.core.records import Preference, Record
from studio.data.judged import encode_preference
from studio.data.templates import ChatTemplate

if TYPE_CHECKING:
    from studio.engine.preferring import Answers, Weighed

TITLE = "Learn from preferences (DPO)"
SUMMARY = "The model learns which of two answers is better: that one becomes likelier, the other one less so."
WHEN = "Pick it where you have pairs of answers, or voted on some: one preferred, one not."
SOURCE = "arXiv:2305.18290, equation 7"
HEAD = "language"
CHAT = True
WINDOWS = False
REFERENCE = True
MEASURES = ("accuracy", "margin")
RATE_SHARE = 0.1
METRICS = (
    "preferred", "gained", "preferred_per_token", "rated_apart", "loss", "rougeL", "chrf", "steadiness",
    "unsupported", "repetition", "answer_words", "seconds_per_answer",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    """How far the answers are driven apart, and by which curve."""

    dpo_beta: float = knob(
        0.1,
        label="Stay close to the original",
        technical="beta of DPO",
        low=0.001,
        high=10.0,
        help="Lower lets the model move further from what it was to please; higher keeps it closer.",
        source="arXiv:2305.18290, equation 3",
    )
    dpo_loss: str = knob(
        "sigmoid",
        label="How a pair counts",
        technical="loss over the margin: sigmoid (DPO), ipo, hinge (SLiC)",
        choices=("sigmoid", "ipo", "hinge"),
        help="IPO stops at a set distance, which noisy votes need; hinge leaves pairs alone that are clear.",
        source="arXiv:2310.12036, equation 17; arXiv:2305.10425",
    )


def accepts(record: Record) -> bool:
    """Return whether this kind of record is two answers to one question."""
    return isinstance(record, Preference)


def encode(record: Record, template: ChatTemplate, *, max_length: int, row: int) -> Example:
    """Return both answers behind their question, as two texts of one row, the better one first."""
    assert isinstance(record, Preference)
    return encode_preference(record, template, max_length, row)


def weigh(answers: "Answers", settings: Config) -> "Weighed":
    """Return the loss over the pairs of the batch; `margin` is that of the implicit rewards."""
    from torch.nn.functional import logsigmoid  # torch: not before the first page

    from studio.engine.preferring import Weighed, told_of

    gained = answers.own - answers.untouched
    apart = gained[0::2] - gained[1::2]
    beta = settings.dpo_beta
    if settings.dpo_loss == "sigmoid":
        losses = -logsigmoid(beta * apart)
    elif settings.dpo_loss == "hinge":
        losses = (1 - beta * apart).relu()
    else:  # by token, as its authors and trl do: else long answers count more
        by_token = gained / answers.tokens
        losses = (by_token[0::2] - by_token[1::2] - 1 / (2 * beta)) ** 2
    return Weighed(losses.sum(), len(apart), told_of(beta * apart))
