"""What a judge model is asked of two answers, and how its replies are read: both orders, or it is a tie.

Source: arXiv:2306.05685 (LLM-as-a-judge), section 3.4: judges favour the answer that stands first, so each
pair is shown in both orders, and an answer wins only where it wins in both.
"""

import re

from studio.core.judge import Judgement, Opinion
from studio.evaluation.ballots import Ballot

REPLY_TOKENS = 16
ASKED = (
    "Two assistants answered the same question. Decide which answer is better for the person who asked: "
    "right, helpful and to the point. Do not favour an answer for its place or its length.\n\n"
    "[Question]\n{question}\n\n{expected}[Answer A]\n{first}\n\n[Answer B]\n{second}\n\n"
    "Reply with one letter and nothing else: A if answer A is better, B if answer B is better, "
    "C if they are equally good."
)
EXPECTED = "[A good answer, written by a person]\n{expected}\n\n"
_MARKED = re.compile(r"\[\[([ABC])\]\]")
_ALONE = re.compile(
    r"\W*(?:(?:the )?(?:better )?(?:answer|verdict|choice)(?: is)?\W*)?([ABC])\W*", re.IGNORECASE
)
_FIRST: dict[str, Opinion] = {"A": "tuned", "B": "base", "C": "tie"}
_SECOND: dict[str, Opinion] = {"A": "base", "B": "tuned", "C": "tie"}


def asked(ballot: Ballot) -> tuple[str, str]:
    """Return what the judge is asked: with the tuned answer first, then with it second."""
    expected = EXPECTED.format(expected=ballot.expected) if ballot.expected else ""
    first, second = (
        ASKED.format(question=ballot.prompt, expected=expected, first=one, second=other)
        for one, other in ((ballot.tuned, ballot.base), (ballot.base, ballot.tuned))
    )
    return first, second


def letter(reply: str) -> str | None:
    """Return the letter that a reply names; None where it names none or says more than one.

    A sentence is not read: in "A good question" the first letter is no judgement.
    """
    marked = set(_MARKED.findall(reply))
    if len(marked) == 1:
        return marked.pop()
    alone = _ALONE.fullmatch(reply)
    return alone[1].upper() if alone and not marked else None


def settle(key: str, replies: tuple[str, str]) -> Judgement:
    """Return what the two replies come to."""
    first, second = (letter(reply) for reply in replies)
    if first is None or second is None:
        return Judgement(key, "unread", replies)
    one, other = _FIRST[first], _SECOND[second]
    return Judgement(key, one if one == other else "tie", replies, swayed=one != other)
