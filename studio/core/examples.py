"""A tokenised example: what the model reads and which of it is learned. `studio.data.tokens` makes them."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

IGNORED = -100
"""The label of a token that is read as context and not learned (the value torch's losses skip)."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row as tokens. `labels[i]` equals `input_ids[i]` where learned and IGNORED elsewhere.

    Labels are not shifted: the token at i is predicted from those before it. `row` is the 1-based line of
    the user's file. `cut_tokens` were taken off its end to fit the longest example allowed. `label` is what
    the whole row is sorted into, where no token is learned, or how its answer was rated. `starts` are the
    places where a text begins, of which a packed row has several that must not see each other, and a row of
    two answers to one question two: the better one first. Of an answer that was tried for a reward,
    `advantage` says how much better it was than expected, and `untouched` how likely each learned token is to
    the model before tuning (nats). Invariant: ids and labels have the same length.
    """

    row: int
    input_ids: tuple[int, ...]
    labels: tuple[int, ...]
    cut_tokens: int = 0
    label: str = ""
    starts: tuple[int, ...] = (0,)
    advantage: float = 0.0
    untouched: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        assert len(self.input_ids) == len(self.labels)

    @property
    def trained_tokens(self) -> int:
        """How many tokens are learned; the first token has nothing before it and never counts.

        A row that is only sorted into a class counts as one.
        """
        return sum(label != IGNORED for label in self.labels[1:]) or int(self.label != "")


class Measured(Sequence[Example]):
    """Examples that are made one by one as they are asked for; what is asked of all is known beforehand.

    Each of the columns has one entry for each example.
    """

    @abstractmethod
    def rows(self) -> Sequence[int]: ...
    @abstractmethod
    def lengths(self) -> Sequence[int]: ...
    @abstractmethod
    def trained_tokens(self) -> Sequence[int]: ...
    @abstractmethod
    def cut_tokens(self) -> Sequence[int]: ...
    @abstractmethod
    def class_labels(self) -> Iterable[str]: ...
    @abstractmethod
    def only(self, places: Sequence[int]) -> "Measured":
        """Return the examples at these places, in this order."""


def rows_of(examples: Sequence[Example]) -> Sequence[int]:
    """Return the row of each example."""
    return examples.rows() if isinstance(examples, Measured) else [each.row for each in examples]


def lengths_of(examples: Sequence[Example]) -> Sequence[int]:
    """Return the tokens of each example."""
    if isinstance(examples, Measured):
        return examples.lengths()
    return [len(each.input_ids) for each in examples]


def trained_tokens_of(examples: Sequence[Example]) -> Sequence[int]:
    """Return the learned tokens of each example."""
    if isinstance(examples, Measured):
        return examples.trained_tokens()
    return [each.trained_tokens for each in examples]


def cut_tokens_of(examples: Sequence[Example]) -> Sequence[int]:
    """Return the tokens that each example lost."""
    return examples.cut_tokens() if isinstance(examples, Measured) else [each.cut_tokens for each in examples]


def only(examples: Sequence[Example], places: Sequence[int]) -> Sequence[Example]:
    """Return the examples at these places, in this order; the same where those are all."""
    if isinstance(examples, Measured):
        return examples.only(places)
    return tuple(examples[at] for at in places)


def labels_of(examples: Iterable[Example]) -> tuple[str, ...]:
    """Return the different labels in order: the classes that a run sorts into; none where it does not."""
    found = examples.class_labels() if isinstance(examples, Measured) else (each.label for each in examples)
    return tuple(sorted(set(found) - {""}))
