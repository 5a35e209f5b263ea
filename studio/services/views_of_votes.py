"""What the voting on a run's answers shows, and what `votes --json` says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from studio.core.exam import ComparisonVerdict, Score
from studio.core.verdict import Verdict
from studio.evaluation.votes import Agreement, Side, Tally

Said = Literal["tuned", "base", "tie", "both_bad", "skipped", "identical"]
"""What was said of a question: whose answer is better, or why it decides nothing."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The question that is asked next. Nothing in it tells whose answer is whose."""

    key: str
    prompt: str
    left: str
    right: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class VotedQuestion:
    """A question with its names shown, and what was said of it. `row` of the user's file; 0: it was typed."""

    row: int
    prompt: str
    base: str
    tuned: str
    said: Said


@dataclass(frozen=True, slots=True)
class JudgeView:
    """What a judge model said. `unread` answers could not be read, `unasked` questions were too long for it.

    `swayed`: questions on which it changed its mind when the answers changed places; they count as ties.
    `people`: how far it agrees with the votes, on the questions that both decided or called a tie.
    """

    judge: str
    address: str
    counted: Tally
    swayed: int
    unread: int
    unasked: int
    won: Score | None
    verdict: ComparisonVerdict
    people: Agreement
    earlier: bool = False
    """It judged answers of a step that is no longer the run's exam."""
    note: str = ""


@dataclass(frozen=True)
class VotesView:
    """How far the voting is. `questions` can be asked; `identical` ones are not, and count as ties.

    `voted` are settled, `skipped` of them were left out. Everything after `open` is told once `shown`.
    """

    run: str
    step: int
    questions: int
    voted: int
    skipped: int
    identical: int
    shown: bool
    open: OpenQuestion | None
    counted: Tally = field(default_factory=lambda: Tally(0, 0, 0))
    both_bad: int = 0
    won: Score | None = None
    """The share of decided questions that the tuned answer won."""
    verdict: ComparisonVerdict = "too_few"
    said: Verdict = field(default_factory=lambda: Verdict("neutral", "", ""))
    metrics: Mapping[str, Agreement] = field(default_factory=dict)
    """By metric: in how many decided votes it changed, and in how many of them its way agrees."""
    rows: tuple[VotedQuestion, ...] = ()
    judge: JudgeView | None = None
    damaged: int = 0
    earlier: bool = False
    """The answers are those of a step that is no longer the best of a run that went on."""
    pairs_kept: int = 0
    """Preferences kept with the data set, of all its runs."""


def side_of(said: Said) -> Side:
    """Return what a vote counts as: what decides nothing is a tie."""
    return "tuned" if said == "tuned" else "base" if said == "base" else "tie"
