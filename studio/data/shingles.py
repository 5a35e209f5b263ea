"""Texts as sets of hashed runs of five characters, and which of these runs stand in a template."""

from collections.abc import Sequence

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

BUCKET_BITS = 20
ROWS_AT_ONCE = 1 << (32 - BUCKET_BITS)

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
"""One odd factor for each place of a shingle, so that the same characters in another order hash otherwise."""


def shingles(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the hash of every shingle (S,) and the index of the text it stands in (S,); repeats stay."""
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    if len(codes) < SHINGLE:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
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
    return hashes[inside], rows[inside]


class Templates:
    """Counts in how many rows each passage stands, over a window that moves with the file.

    Counted in 2^20 buckets of hashes. Once a template, a passage stays one, and after the first window it
    takes twice the share to become one: texts far apart must be compared by nearly the same shingles.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(1 << BUCKET_BITS, dtype=np.int32)
        self._rows = 0
        self._common = np.zeros(1 << BUCKET_BITS, dtype=bool)
        self._settled = False

    def outside(
        self, hashes: NDArray[np.uint64], rows: NDArray[np.int64], row_count: int
    ) -> NDArray[np.bool_]:
        """Count these rows too, and return which of their shingles stand in no template (S,)."""
        outside = np.ones(len(hashes), dtype=bool)
        if len(hashes) < TEMPLATE:
            return outside
        starts = np.flatnonzero(rows[TEMPLATE - 1 :] == rows[: 1 - TEMPLATE])
        passages = _passages(hashes)[starts]
        self._count(passages, rows[starts], row_count)
        common = starts[self._common[passages]]
        if len(common):
            edges = np.zeros(len(hashes) + 1, dtype=np.int32)
            edges[common] += 1
            edges[common + TEMPLATE] -= 1
            outside = np.cumsum(edges)[:-1] == 0
        return outside

    def _count(self, passages: NDArray[np.uint32], rows: NDArray[np.int64], row_count: int) -> None:
        """Count each passage once a row; row and bucket fit in 32 bits, which sort fast."""
        # Counting is what costs here. Once settled, a quarter of the rows tells what is common as well.
        counted = -(-row_count // 4) if self._settled else row_count
        end = np.searchsorted(rows, counted)
        keys = rows[:end].astype(np.uint32) << np.uint32(BUCKET_BITS) | passages[:end]
        keys.sort()
        once = keys[np.flatnonzero(np.diff(keys, prepend=keys[:1] ^ np.uint32(1)))]
        once &= np.uint32((1 << BUCKET_BITS) - 1)
        self._counts += np.bincount(once, minlength=1 << BUCKET_BITS).astype(np.int32)
        self._rows += counted
        limit = max(3, COMMON_SHARE * self._rows, min(COMMON_ROWS, self._rows // 5))
        self._common |= self._counts > (2 * limit if self._settled else limit)
        if self._rows >= ROWS_AT_ONCE:
            self._settled = True
            self._counts //= 2
            self._rows //= 2


def _passages(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the bucket of each run of `TEMPLATE` shingles (S - TEMPLATE + 1,), from those that tile it."""
    length = len(hashes) - TEMPLATE + 1
    mixed = np.zeros(length, dtype=np.uint64)
    for at in (*range(0, TEMPLATE - 1, SHINGLE), TEMPLATE - 1):
        mixed = (mixed ^ hashes[at : at + length]) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(64 - BUCKET_BITS)).astype(np.uint32)
