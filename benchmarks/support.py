"""How well words alone tell which statements a source supports, on sentences of which it is known.

    python -m benchmarks.support

The sources are the answers of the support sample. A sentence of a source in which some words are replaced by
those of another answer is supported by it; a sentence of another answer is not. Sentences that both answers
have are left out. Known words are one thing, meaning another: nobody wrote these sentences anew.
"""

import argparse
import random
import re

from benchmarks.defects_measures import Share
from benchmarks.training import pairs
from studio.evaluation.metrics.unsupported import content_words, supports

FEWEST_WORDS = 4
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
CHANGED = (0.0, 0.2, 0.4)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--seed", type=int, default=0)
    draw = random.Random(reader.parse_args().seed)
    answers = [answer for _, answer in pairs(10_000)]
    print(
        "| share of words asked for | supported, called unsupported with "
        + " / ".join(f"{share:.0%}" for share in CHANGED)
        + " of the words changed | unsupported, called supported |"
    )
    print("|---|---|---|")
    cases = [case(answers, number, draw) for number in range(len(answers))]
    for threshold in THRESHOLDS:
        print(line(threshold, [each for each in cases if each is not None]))


Case = tuple[frozenset[str], list[frozenset[str]], frozenset[str]]
"""The words of a source, of its sentence with more and more of them changed, and of another's sentence."""


def case(answers: list[str], number: int, draw: random.Random) -> Case | None:
    """Return the words of one source with a sentence of its own and one of another answer; None without."""
    other = answers[draw.randrange(len(answers))]
    own, foreign = (_sentences(text) for text in (answers[number], other))
    foreign = [sentence for sentence in foreign if sentence not in answers[number]]
    if not own or not foreign:
        return None
    sentence, words = draw.choice(own), other.split()
    changed = [
        " ".join(draw.choice(words) if draw.random() < share else word for word in sentence.split())
        for share in CHANGED
    ]
    return (
        content_words(answers[number]),
        [content_words(each) for each in changed],
        content_words(draw.choice(foreign)),
    )


def _sentences(text: str) -> list[str]:
    return [each for each in re.split(r"(?<=[.!?])\s+|\n+", text) if len(content_words(each)) >= FEWEST_WORDS]


def line(threshold: float, cases: list[Case]) -> str:
    missed = [
        Share(sum(not supports(source, own[at], threshold) for source, own, _ in cases), len(cases)).shown()
        for at in range(len(CHANGED))
    ]
    false = Share(
        sum(supports(source, foreign, threshold) for source, _, foreign in cases), len(cases)
    ).shown()
    return f"| {threshold:.0%} | {' / '.join(missed)} | {false} |"


if __name__ == "__main__":
    main()
