"""Long texts in windows, short ones together in one row, and such a row apart again: examples -> examples."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from itertools import pairwise

from studio.core.examples import IGNORED, Example


def windows(example: Example, length: int) -> tuple[Example, ...]:
    """Cut an example into pieces of at most `length` tokens, of which no learned token is lost.

    Each further window begins with the last token of the one before, as context: so every token is learned
    once, and none without a token before it.
    """
    assert length > 1
    total = len(example.input_ids)
    if total <= length:
        return (example,)
    cuts = range(0, total - 1, length - 1)
    return tuple(
        Example(
            example.row,
            example.input_ids[at : at + length],
            (IGNORED if at else example.labels[0], *example.labels[at + 1 : at + length]),
        )
        for at in cuts
    )


def packed(examples: Sequence[Example], length: int) -> tuple[Example, ...]:
    """Put examples together into rows of at most `length` tokens, their beginnings noted in `starts`.

    Best fit, the longest first (arXiv:2404.10830): with whole texts nearly all of each row is used. The
    rows are those of equal examples in any order; a row has the number of its first text.
    """
    bins: list[list[Example]] = []
    room: list[tuple[int, int]] = []  # (free tokens, bin), sorted
    for example in sorted(examples, key=lambda each: (-len(each.input_ids), each.row)):
        needed = len(example.input_ids)
        at = bisect_left(room, (needed, -1))
        free, number = room.pop(at) if at < len(room) else (length, len(bins))
        if number == len(bins):
            bins.append([])
        bins[number].append(example)
        if free > needed:
            insort(room, (free - needed, number))
    return tuple(joined(texts) for texts in bins)


def apart(example: Example) -> tuple[Example, ...]:
    """Return the texts of a row as examples of their own; the inverse of `joined`."""
    if len(example.starts) == 1:
        return (example,)
    edges = [*example.starts, len(example.input_ids)]
    return tuple(
        Example(example.row, example.input_ids[start:end], example.labels[start:end], label=example.label)
        for start, end in pairwise(edges)
    )


def joined(texts: Iterable[Example]) -> Example:
    """Return one row of several texts. The first token of each is not learned: it follows from no other."""
    first, *others = texts
    if not others:
        return first
    ids, labels, starts = list(first.input_ids), list(first.labels), [0]
    for text in others:
        starts.append(len(ids))
        ids += text.input_ids
        labels += (IGNORED, *text.labels[1:])
    return Example(first.row, tuple(ids), tuple(labels), starts=tuple(starts))
