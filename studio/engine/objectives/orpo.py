"""ORPO: the better answer is learned as a good example and driven apart from the worse one, in one go."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.objectives import dpo

if TYPE_CHECKING:
    from torch import Tensor

    from studio.engine.preferring import Answers, Weighed

TITLE = "Learn good answers and preferences at once (ORPO)"
SUMMARY = "The model learns to write the better answer of each pair, and to avoid the worse one."
WHEN = "Pick it where the better answers are good enough to be learned as they are. No second model is held."
SOURCE = "arXiv:2403.07691, equations 6 and 7"
HEAD = "language"
CHAT = True
WINDOWS = False
REFERENCE = False
QUESTIONS = True
SHARED = "tokens"
MEASURES = ("accuracy", "margin")
RATE_SHARE = 0.3
METRICS = dpo.METRICS


@dataclass(frozen=True)
class Config:
    """How much the difference counts beside the good example."""

    orpo_beta: float = knob(
        0.1,
        label="How much the difference counts",
        technical="lambda of ORPO",
        low=0.0,
        high=10.0,
        help="Beside learning the better answer as it is, which counts 1. With 0 the worse one is not used.",
        source="arXiv:2403.07691, equation 6",
    )


accepts = dpo.accepts
encode = dpo.encode


def weigh(answers: "Answers", settings: Config) -> "Weighed":
    """Return the loss over the pairs of the batch; `margin` is the logarithm of the odds ratio.

    Question and better answer are learned by token, as its authors and trl do: `shared` is how many tokens a
    pair has of those in the mean of the step, so that each token counts alike.
    """
    from torch.nn.functional import logsigmoid  # torch: not before the first page

    from studio.engine.preferring import Weighed, told_of

    assert answers.asked is not None
    learned = -(answers.asked + answers.own)[0::2] / answers.shared
    odds = _log_odds(answers.own / answers.tokens)
    margins = odds[0::2] - odds[1::2]
    losses = learned - settings.orpo_beta * logsigmoid(margins)
    return Weighed(losses.sum(), len(margins), told_of(margins))


def _log_odds(likely: "Tensor") -> "Tensor":
    """Return log(p / (1 - p)) of p = exp(likely), (B,); `likely` is the mean over an answer's tokens.

    Where p rounds to 1 a difference of 1e-7 stands for 1 - p: its logarithm would be infinite.
    """
    import torch  # not before the first page

    return likely - torch.log((-torch.expm1(likely)).clamp_min(1e-7))
