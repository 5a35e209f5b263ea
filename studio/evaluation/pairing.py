"""Which two of several drawn answers a person is asked about, and in which order: the least sure pair first.

The implicit reward of an answer is how much likelier the tuned model finds it than the untouched one does
(Rafailov et al. 2023, arXiv:2305.18290, equation 5, up to what all answers to one question share). Where two
rewards are close, the model does not know which answer is better, and a vote tells most: of a comparison
with chances p and 1 - p (Bradley and Terry) the information is p (1 - p).
Source: Ji et al. 2024, Reinforcement Learning from Human Feedback with Active Queries, arXiv:2402.09401:
ask only where the difference of the implicit rewards is small.
"""

from collections.abc import Sequence
from itertools import combinations

from studio.core.drawn import Drawn

Pair = tuple[int, int, int]
"""(question, answer, other answer), each counted from 0."""


def pairs(drawn: Sequence[Drawn]) -> list[Pair]:
    """Return the pairs to ask about. No answer stands in two, and none beside one that is word for word it.

    Every question comes once before one comes again; among them the pair with the closest rewards is first.
    """
    found = [
        (turn, margin, (question, first, second))
        for question, each in enumerate(drawn)
        for turn, (margin, first, second) in enumerate(_of_one(each))
    ]
    return [pair for _, _, pair in sorted(found)]


def _of_one(drawn: Drawn) -> list[tuple[float, int, int]]:
    different = {" ".join(text.split()): at for at, text in reversed(list(enumerate(drawn.answers)))}
    usable = sorted(at for text, at in different.items() if text)
    close = sorted((abs(drawn.gains[a] - drawn.gains[b]), a, b) for a, b in combinations(usable, 2))
    taken: set[int] = set()
    chosen = []
    for margin, first, second in close:
        if not taken & {first, second}:
            taken |= {first, second}
            chosen.append((margin, first, second))
    return chosen
