"""A reward model: it reads a question with an answer and says how good that is; it writes nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.objectives import dpo

if TYPE_CHECKING:
    from studio.engine.preferring import Answers, Weighed

TITLE = "Judge answers (reward model)"
SUMMARY = "The model learns to give answers a number: of two to a question, the better one the higher."
WHEN = "Pick it to have answers judged as your pairs are, for example as the reward of another run."
SOURCE = "arXiv:2203.02155, equation 1 (Bradley and Terry 1952)"
HEAD = "reward"
CHAT = True
WINDOWS = False
REFERENCE = False
MEASURES = ("accuracy", "margin")
RATE_SHARE = 0.3
METRICS = ("preferred",)


@dataclass(frozen=True)
class Config:
    """Where the numbers lie."""

    reward_centre: float = knob(
        0.01,
        label="Hold rewards around zero",
        technical="weight of the squared sum of both rewards",
        low=0.0,
        high=10.0,
        help="Only differences are learned, so that all rewards might drift; this holds their middle at 0.",
        source="arXiv:2312.09244, equation 2",
    )


accepts = dpo.accepts
encode = dpo.encode


def weigh(answers: "Answers", settings: Config) -> "Weighed":
    """Return the loss over the pairs of the batch; `margin` is the difference of both rewards."""
    from torch.nn.functional import logsigmoid  # torch: not before the first page

    from studio.engine.preferring import Weighed, told_of

    better, worse = answers.own[0::2], answers.own[1::2]
    losses = settings.reward_centre * (better + worse) ** 2 - logsigmoid(better - worse)
    return Weighed(losses.sum(), len(better), told_of(better - worse))
