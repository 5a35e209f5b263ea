"""What people say of two answers: votes, and what takes one back. Kept line by line beside the data set.

A vote holds everything that was shown, so that it outlives the run it was cast on.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from studio.core.records import Message
from studio.core.shapes import shaped

Arm = Literal["base", "tuned"]
Choice = Literal["left", "right", "tie", "both_bad", "skipped"]
CHOICES: tuple[Choice, ...] = ("left", "right", "tie", "both_bad", "skipped")


@dataclass(frozen=True, slots=True)
class Written:
    """One of the two answers and who wrote it; `run` and `step` of the tuned model, also beside its base."""

    text: str
    arm: Arm
    model: str
    run: str
    step: int
    weights_hash: str


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said of one question. `key` names question, answers and checkpoint.

    `row` is the line of the user's file; 0 where the question was typed. `before` are turns ahead of it.
    `at` is in seconds since 1970, `settings` say how both answers were written.
    """

    id: str
    key: str
    prompt: str
    left: Written
    right: Written
    choice: Choice
    who: str
    at: float
    row: int = 0
    expected: str = ""
    before: tuple[Message, ...] = ()
    settings: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def run(self) -> str:
        return self.left.run

    @property
    def step(self) -> int:
        return self.left.step

    @property
    def of_two_models(self) -> bool:
        """Whether the untouched and the tuned model wrote one answer each; else one model wrote both."""
        return self.left.arm != self.right.arm

    def text(self, arm: Arm) -> str:
        """Return the answer of an arm, wherever it stood."""
        return self.left.text if self.left.arm == arm else self.right.text

    @property
    def preferred(self) -> Arm | None:
        """Return whose answer is the better one; None for a tie, two bad ones and a question left out."""
        if self.choice not in ("left", "right"):
            return None
        return self.left.arm if self.choice == "left" else self.right.arm


@dataclass(frozen=True, slots=True)
class Rating:
    """What one person said of one answer. `key` names question, answer and its writer.

    `better` is the right answer where the person wrote it, "" where not; the model's is then no good one.
    `before` are turns ahead of the question.
    """

    id: str
    key: str
    prompt: str
    answer: Written
    good: bool
    who: str
    at: float
    better: str = ""
    settings: Mapping[str, str | int] = field(default_factory=dict)
    before: tuple[Message, ...] = ()

    @property
    def run(self) -> str:
        return self.answer.run


@dataclass(frozen=True, slots=True)
class Ended:
    """Somebody ended the voting on a checkpoint: the names are shown from here on."""

    id: str
    run: str
    step: int
    who: str
    at: float


@dataclass(frozen=True, slots=True)
class Retraction:
    """Takes a vote or an end back; nothing is ever rubbed out."""

    id: str
    of: str
    who: str
    at: float


Feedback = Vote | Rating | Ended | Retraction
KINDS: dict[str, type[Vote] | type[Rating] | type[Ended] | type[Retraction]] = {
    "vote": Vote,
    "rating": Rating,
    "ended": Ended,
    "retraction": Retraction,
}
_KIND_OF = {kind: name for name, kind in KINDS.items()}


def to_dict(said: Feedback) -> dict[str, Any]:
    """Return the JSON form of a line."""
    return {"kind": _KIND_OF[type(said)], **asdict(said)}


def from_dict(document: Mapping[str, Any]) -> Feedback:
    """Inverse of `to_dict`. Raises KeyError or TypeError on a line that is none."""
    values = {name: value for name, value in document.items() if name != "kind"}
    kind = KINDS[document["kind"]]
    if kind is Vote:
        values |= {side: shaped(Written, values[side]) for side in ("left", "right")}
    if kind in (Vote, Rating):
        values["before"] = tuple(shaped(Message, turn) for turn in values.get("before", ()))
    if kind is Rating:
        values["answer"] = shaped(Written, values["answer"])
    return shaped(kind, values)


@dataclass(frozen=True)
class Standing:
    """What holds after all retractions, in the order it was said. `damaged` lines could not be read."""

    votes: tuple[Vote, ...] = ()
    ended: tuple[Ended, ...] = ()
    damaged: int = 0
    ratings: tuple[Rating, ...] = ()

    @property
    def preferring(self) -> tuple[Vote, ...]:
        """The votes that prefer one answer."""
        return tuple(vote for vote in self.votes if vote.preferred is not None)

    def of(self, run: str, step: int) -> "Standing":
        """Return the votes on one checkpoint that set its two models side by side."""
        votes = (vote for vote in self.votes if (vote.run, vote.step) == (run, step) and vote.of_two_models)
        ended = tuple(end for end in self.ended if (end.run, end.step) == (run, step))
        return Standing(tuple(sorted(votes, key=lambda vote: vote.at)), ended, self.damaged)

    def holds(self, said: Feedback) -> bool:
        """Return whether a line is a vote on a question that has one already."""
        return isinstance(said, Vote) and any(_question(vote) == _question(said) for vote in self.votes)


def _question(vote: Vote) -> tuple[str, int, str]:
    return vote.run, vote.step, vote.key


def standing(lines: tuple[Feedback, ...], damaged: int = 0) -> Standing:
    """Apply the retractions. Of two votes on a question the first stays, of two ratings the last."""
    gone = {line.of for line in lines if isinstance(line, Retraction)}
    kept = [line for line in lines if not isinstance(line, Retraction) and line.id not in gone]
    first: dict[tuple[str, int, str], Vote] = {}
    for line in kept:
        if isinstance(line, Vote):
            first.setdefault(_question(line), line)
    return Standing(
        tuple(first.values()),
        tuple(line for line in kept if isinstance(line, Ended)),
        damaged,
        tuple({line.key: line for line in kept if isinstance(line, Rating)}.values()),
    )


def preference_pairs(votes: tuple[Vote, ...]) -> list[dict[str, Any]]:
    """Return the votes that prefer one answer as `prompt, chosen, rejected`, as data sets hold them."""
    return [preference_pair(vote) for vote in Standing(votes).preferring]


def preference_pair(vote: Vote) -> dict[str, Any]:
    """Return a vote that prefers one answer as a pair.

    With turns ahead of the question all three are lists of messages, as chat models are trained on.
    """
    better, worse = (vote.left, vote.right) if vote.choice == "left" else (vote.right, vote.left)
    return pair_of(vote, better.text, worse.text)


def pair_of(said: Vote | Rating, better: str, worse: str) -> dict[str, Any]:
    """Return two answers to the question of a vote or rating as a pair."""
    chosen, rejected = (
        [{"role": "assistant", "content": text}] if said.before else text for text in (better, worse)
    )
    return {"prompt": turns_of(said.prompt, said.before), "chosen": chosen, "rejected": rejected}


def turns_of(prompt: str, before: tuple[Message, ...]) -> str | list[dict[str, str]]:
    """Return a question as data sets hold it: with turns ahead of it the messages, else the text alone."""
    if not before:
        return prompt
    return [asdict(message) for message in (*before, Message("user", prompt))]
