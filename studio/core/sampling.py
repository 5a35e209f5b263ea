"""How a model that learns from a reward tries answers: the settings that all such objectives share."""

from dataclasses import dataclass

from studio.core.knobs import knob

LOOKED_AT = 128
"""Of the held-back questions at most so many are answered at each check."""


@dataclass(frozen=True)
class Sampling:
    """How many answers are tried for each question, how, and how far the model may go from what it was."""

    answers: int = knob(
        4,
        label="Answers tried for each question",
        technical="group size: samples drawn per prompt",
        low=2,
        high=256,
        help="The better of them become likelier. More give a clearer direction, and take longer.",
        source="arXiv:2402.03300, section 4.1",
    )
    answer_tokens: int = knob(
        48,
        label="Longest answer tried",
        technical="completion length, in new tokens",
        low=1,
        high=32768,
        help="An answer is cut off there and gets its reward as it stands. Longer ones take longer.",
    )
    sampling_temperature: float = knob(
        1.0,
        label="How freely it tries",
        technical="sampling temperature",
        low=0.05,
        high=5.0,
        help="Answers that are all alike teach nothing: raise it where they are, lower it where they ramble.",
    )
    reward_kl: float = knob(
        0.04,
        label="Stay close to the original",
        technical="KL weight (beta) to the untouched model, 0 for none",
        low=0.0,
        high=100.0,
        help="Without it a model may find answers that please the reward and nobody else.",
        source="arXiv:2009.01325, section 3.4",
    )
