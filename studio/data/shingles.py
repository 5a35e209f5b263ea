"""Texts as sets of hashed runs of five characters: those of templates, and edits of these."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
"""Characters. Measured on edits of 1, 2 and 4 words in 40: all found at Jaccard 0.5, where word triples
find few."""

TEMPLATE = 20
"""Shingles, 24 characters in all: a passage so long in many rows is a template. Shorter ones the language
has by itself, and where words are few, all of them are common and none is a template."""
COMMON_SHARE = 0.01
COMMON_ROWS = 10
"""In small files a share is a handful of rows, and a handful of rows are copies rather than a template."""

LONGEST_EDIT = 120
"""Shingles, about 20 words: what is longer between two passages of a template is a text of its own."""
SLOT_SHARE = 0.25
"""Behind the passage before a slot almost every row leaves the template, behind any other almost none."""

BUCKET_BITS = 20
ROWS_AT_ONCE = 1 << (32 - BUCKET_BITS)

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
"""One odd factor for each place of a shingle, so that the same characters in another order hash otherwise."""


def shingles(
    texts: Sequence[str],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return the hash of every shingle (S,), the index of its text, and whether it begins with a space.

    Repeats stay.
    """
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    if len(codes) < SHINGLE:
        return np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.bool_)
    starts = len(codes) - SHINGLE + 1
    hashes = np.zeros(starts, dtype=np.uint64)
    for place, factor in enumerate(_FACTORS):
        hashes += codes[place : place + starts] * factor
    hashes ^= hashes >> np.uint64(32)
    hashes *= np.uint64(0xD6E8FEB86659FD93)
    hashes ^= hashes >> np.uint64(32)
    hashes *= np.uint64(0x9E3779B97F4A7C15)
    rows = np.repeat(np.arange(len(texts)), lengths)[:starts]
    inside = np.ones(starts, dtype=bool)
    ends = np.cumsum(lengths)
    for back in range(1, SHINGLE):
        across = ends - back
        inside[across[(across >= 0) & (across < starts)]] = False
    return hashes[inside], rows[inside], codes[:starts][inside] == ord(" ")


class Templates:
    """Counts in how many rows each passage stands, over a window that moves with the file.

    Counted in 2^20 buckets of hashes. Once a template, a passage stays one, and after the first window it
    takes twice the share to become one: texts far apart must be compared by nearly the same shingles.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(1 << BUCKET_BITS, dtype=np.int32)
        self._rows = 0
        self._common = np.zeros(1 << BUCKET_BITS, dtype=bool)
        self._left = np.zeros(1 << BUCKET_BITS, dtype=np.int32)
        self._entered = np.zeros(1 << BUCKET_BITS, dtype=np.int32)
        self._settled = False

    def outside(
        self,
        hashes: NDArray[np.uint64],
        rows: NDArray[np.int64],
        spaces: NDArray[np.bool_],
        row_count: int,
    ) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
        """Count these rows too, and return which of their shingles stand in no template (S,).

        The second array (rows,) counts the edits of each row: a few words of its own where nearly all rows go
        on with the template. A slot, where every row has words of its own, is none.
        """
        outside, edits = np.ones(len(hashes), dtype=bool), np.zeros(row_count, dtype=np.int32)
        if len(hashes) < TEMPLATE:
            return outside, edits
        starts = np.flatnonzero(rows[TEMPLATE - 1 :] == rows[: 1 - TEMPLATE])
        passages = _passages(hashes)
        # Counting is what costs here. Once settled, a quarter of the rows tells what is common as well.
        counted = -(-row_count // 4) if self._settled else row_count
        self._count(passages[starts], rows[starts], counted)
        common = starts[self._common[passages[starts]]]
        if len(common):
            edges = np.zeros(len(hashes) + 1, dtype=np.int32)
            edges[common] += 1
            edges[common + TEMPLATE] -= 1
            outside = np.cumsum(edges)[:-1] == 0
            places = _Places.around(rows, spaces, outside)
            edits = self._edits(passages, places, np.searchsorted(rows, counted), row_count)
        self._age()
        return outside, edits

    def _edits(
        self, passages: NDArray[np.uint32], places: "_Places", counted_end: np.intp, row_count: int
    ) -> NDArray[np.int32]:
        """Count where rows leave the template and come back; return how many rare places each has (rows,)."""
        is_edit = places.is_short & ((places.left >= 0) | (places.back >= 0))
        for crossed, at in ((self._left, places.left), (self._entered, places.back)):
            there = np.flatnonzero(at >= 0)
            buckets = passages[at[there]]
            counted = buckets[at[there] < counted_end]
            crossed += np.bincount(counted, minlength=1 << BUCKET_BITS).astype(np.int32)
            is_edit[there] &= crossed[buckets] <= np.maximum(1, SLOT_SHARE * self._counts[buckets])
        return np.bincount(places.rows[is_edit], minlength=row_count).astype(np.int32)

    def _count(self, passages: NDArray[np.uint32], rows: NDArray[np.int64], counted: int) -> None:
        """Count each passage once a row; row and bucket fit in 32 bits, which sort fast."""
        end = np.searchsorted(rows, counted)
        keys = rows[:end].astype(np.uint32) << np.uint32(BUCKET_BITS) | passages[:end]
        keys.sort()
        once = keys[np.flatnonzero(np.diff(keys, prepend=keys[:1] ^ np.uint32(1)))]
        once &= np.uint32((1 << BUCKET_BITS) - 1)
        self._counts += np.bincount(once, minlength=1 << BUCKET_BITS).astype(np.int32)
        self._rows += counted
        limit = max(3, COMMON_SHARE * self._rows, min(COMMON_ROWS, self._rows // 5))
        self._common |= self._counts > (2 * limit if self._settled else limit)

    def _age(self) -> None:
        """Let what was counted long ago count less."""
        if self._rows >= ROWS_AT_ONCE:
            self._settled = True
            self._rows //= 2
            for counts in (self._counts, self._left, self._entered):
                counts //= 2


@dataclass(frozen=True, slots=True)
class _Places:
    """Where rows leave a template and come back to it (G,): in which row, and whether after a few words.

    `left`: where the last whole passage before it starts, `back`: where the first one behind it does; both
    end with a word, because the letters that two words share say nothing. -1: none in this row.
    """

    rows: NDArray[np.int64]
    is_short: NDArray[np.bool_]
    left: NDArray[np.int64]
    back: NDArray[np.int64]

    @classmethod
    def around(
        cls, rows: NDArray[np.int64], spaces: NDArray[np.bool_], outside: NDArray[np.bool_]
    ) -> "_Places":
        """Find them by which shingles stand outside of all templates, of each row between its own ends."""
        new_row = np.flatnonzero(np.diff(rows)) + 1
        starts, ends = outside.copy(), outside.copy()
        starts[1:] &= ~outside[:-1]
        starts[new_row] = outside[new_row]
        ends[:-1] &= ~outside[1:]
        ends[new_row - 1] = outside[new_row - 1]
        first, last = np.flatnonzero(starts), np.flatnonzero(ends)
        at = np.arange(len(rows))
        space_before = np.maximum.accumulate(np.where(spaces, at, -1))
        space_behind = np.minimum.accumulate(np.where(spaces, at, len(rows))[::-1])[::-1]
        shared = np.minimum(first + SHINGLE - 2, len(rows) - 1)  # the last character before the difference
        shared = np.where(rows[shared] == rows[first], shared, first)
        left = space_before[shared] - (TEMPLATE + SHINGLE - 2)
        left = np.where((left >= 0) & (rows[left] == rows[first]) & (first > 0), left, -1)
        left[left >= 0] = np.where(outside[left[left >= 0]], -1, left[left >= 0])
        behind = np.minimum(last + 1, len(rows) - 1)
        back = space_behind[behind]
        end = back + TEMPLATE - 1
        inside = end < len(rows)
        back = np.where(inside, back, 0)
        fits = inside & (rows[np.where(inside, end, 0)] == rows[last]) & ~outside[back]
        return cls(rows[first], last - first < LONGEST_EDIT, left, np.where(fits, back, -1))


def _passages(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the bucket of each run of `TEMPLATE` shingles (S - TEMPLATE + 1,), from those that tile it."""
    length = len(hashes) - TEMPLATE + 1
    mixed = np.zeros(length, dtype=np.uint64)
    for at in (*range(0, TEMPLATE - 1, SHINGLE), TEMPLATE - 1):
        mixed = (mixed ^ hashes[at : at + length]) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(64 - BUCKET_BITS)).astype(np.uint32)
