"""The questions that can be voted on blind: two answers each, which of them stands left drawn by a seed."""

import hashlib
import json
from dataclasses import dataclass, replace

from studio.core.exam import Exam
from studio.core.feedback import Arm, Vote


@dataclass(frozen=True, slots=True)
class Ballot:
    """One question with both answers. `row` is the line of the user's file; 0 where it was typed."""

    key: str
    prompt: str
    base: str
    tuned: str
    tuned_left: bool
    row: int = 0
    expected: str = ""

    @property
    def identical(self) -> bool:
        """Whether nobody could prefer one of the two: they differ in white space at most."""
        return self.base.split() == self.tuned.split()

    def text(self, side: str) -> str:
        return self.tuned if (side == "left") == self.tuned_left else self.base

    def arm(self, side: str) -> Arm:
        return "tuned" if (side == "left") == self.tuned_left else "base"


def ballot(place: tuple[str, int], seed: int, texts: tuple[str, str, str], *, row: int = 0) -> Ballot:
    """Return a question (prompt, base, tuned) of a run's step; the same one always stands the same way.

    The way is a bit of a hash over the seed and all that is shown: nobody can guess it from the question.
    """
    named = hashlib.sha256(json.dumps([*place, row, *texts]).encode()).hexdigest()[:16]
    tuned_left = hashlib.sha256(f"{seed} {named}".encode()).digest()[0] % 2 == 1
    return Ballot(named, *texts, tuned_left, row)


def of_exam(exam: Exam, run: str, seed: int) -> tuple[Ballot, ...]:
    """Return the held-back questions that both models answered, in the order of the exam."""
    found = []
    for row in exam.table:
        if row.base is not None and row.tuned is not None:
            made = ballot((run, exam.step), seed, (row.question, row.base, row.tuned), row=row.row)
            found.append(replace(made, expected=row.expected))
    return tuple(found)


def of_vote(vote: Vote) -> Ballot:
    """Return the question that was voted on, as it stood then."""
    tuned_left = vote.left.arm == "tuned"
    texts = vote.prompt, vote.text("base"), vote.text("tuned")
    return Ballot(vote.key, *texts, tuned_left, vote.row, vote.expected)
