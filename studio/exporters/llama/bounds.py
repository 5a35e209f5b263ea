"""What rounding may change before a file is called another model than the one that was examined.

Said here once, for the check, the certificate and the model card. Importing this needs no torch.
"""

from studio.core.words import count, percentage
from studio.exporters.job import Parity

LARGEST_DIVERGENCE = 0.02
"""Mean Kullback-Leibler divergence in nats a token: a word of the answer loses a fiftieth of its chance."""
LEAST_SAME = 0.95
"""Share of the places at which both find the same next token likeliest: 19 of 20."""
ANOTHER_MODEL = 0.5
"""Below this share it is no rounding any more: a weight is turned the wrong way, or text is cut otherwise."""
LARGEST_OF_16_BITS = 0.1
"""What 16 bits may move a logit. They keep 11 of a weight's bits; logits reach about 25."""
EXACT = "f16"
"""The form that has to keep to the last of these."""


def in_words(parity: Parity) -> str:
    """Return what was measured of a rounded file and what is asked of it: for certificate and card."""
    if parity.form == EXACT:
        rule = f"allowed: {LARGEST_OF_16_BITS:g}"
    else:
        rule = (
            f"it counts as the same model up to {LARGEST_DIVERGENCE:g} nats and from "
            f"{percentage(LEAST_SAME)} of the places"
        )
    return (
        f"its numbers are rounded to {parity.form}: {parity.equal_answers:,} of "
        f"{count(parity.prompts, 'answer')} equal, token for token; the same next word is the likeliest at "
        f"{percentage(parity.same_next)} of the places, and its chances differ by {parity.divergence:.2g} "
        f"nats (divergence); scores differ by up to {parity.max_logit_difference:.2g} ({rule})."
    )
