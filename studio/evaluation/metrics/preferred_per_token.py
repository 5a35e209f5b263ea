"""Preferred per token: as `Preferred`, with each answer's log-probability divided by its length.

Of two answers the shorter one is mostly the likelier as a whole, whatever it says.
"""

from studio.evaluation.metrics.preferred import Pair, Preferred


class PreferredPerToken(Preferred):
    """Reads what `Preferred` reads; the mean over an answer's tokens is compared, not the sum."""

    source = "length-normalised: arXiv:2405.14734, section 2.2"

    def apart(self, liked: Pair, tokens: tuple[int, int]) -> float:
        """Return how much more a token of the better answer is liked."""
        return liked[0] / tokens[0] - liked[1] / tokens[1]
