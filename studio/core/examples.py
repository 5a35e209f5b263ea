"""A tokenised example: what the model reads and which of it is learned. `studio.data.tokens` makes them."""

from collections.abc import Iterable
from dataclasses import dataclass

IGNORED = -100
"""The label of a token that is read as context and not learned (the value torch's losses skip)."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row as tokens. `labels[i]` equals `input_ids[i]` where learned and IGNORED elsewhere.

    Labels are not shifted: the token at i is predicted from those before it. `row` is the 1-based line of
    the user's file. `cut_tokens` were taken off its end to fit the longest example allowed. `label` is what
    the whole row is sorted into; then no token is learned. `starts` are the places where a text begins, of
    which a packed row has several that must not see each other. Invariant: ids and labels have the same
    length.
    """

    row: int
    input_ids: tuple[int, ...]
    labels: tuple[int, ...]
    cut_tokens: int = 0
    label: str = ""
    starts: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        assert len(self.input_ids) == len(self.labels)

    @property
    def trained_tokens(self) -> int:
        """How many tokens are learned; the first token has nothing before it and never counts.

        A row that is sorted into a class counts as one.
        """
        return 1 if self.label else sum(label != IGNORED for label in self.labels[1:])


def labels_of(examples: Iterable[Example]) -> tuple[str, ...]:
    """Return the different labels in order: the classes that a run sorts into; none where it does not."""
    return tuple(sorted({example.label for example in examples if example.label}))
