"""Texts as sketches of one size, and from which likeness of two sketches on two texts are near.

Source: Broder, On the resemblance and containment of documents, 1997 (MinHash); Li and Koenig, b-bit minwise
hashing, 2010 (one byte is kept of each value).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from studio.data.shingles import SHINGLE

PERMUTATIONS = 128
FEWEST_SHINGLES = 16
"""With fewer outside templates two texts overlap by chance; of such texts only exact copies are found."""
FEWEST_IN_TEMPLATE = SHINGLE
"""A slot of one character makes so many. In an edited copy of the template they tell whose copy it is."""
SHORT_SHINGLES, LONG_SHINGLES = 60, 150
"""About ten and 25 words. The shorter a text, the more alike it must be: one word of ten says another thing,
one of forty a word."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """From which Jaccard similarity on two texts are near.

    `whole`: of all shingles; `distinctive`: of those in no template; `short`: of these in a short text.
    Where one of the two was edited in a template, `edited_whole` counts of all shingles, and `contained` is
    which share of the fewer shingles in no template the other text must have as well: edits add their own.
    """

    whole: float = 0.6
    distinctive: float = 0.5
    short: float = 0.8
    edited_whole: float = 0.7
    contained: float = 0.5

    def judge(
        self,
        whole: NDArray[np.float64],
        distinctive: NDArray[np.float64],
        size: NDArray[np.int32],
        other_size: NDArray[np.int32],
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which pairs are near (P,), and which of the others are so if one is an edit (P,).

        By their two similarities and by how many shingles each has in no template.
        """
        smaller = np.minimum(size, other_size)
        needed = np.interp(smaller, (SHORT_SHINGLES, LONG_SHINGLES), (self.short, self.distinctive))
        near = (whole >= self.whole) & (distinctive >= needed) & (smaller >= FEWEST_SHINGLES)
        shared = distinctive / (1 + distinctive) * (size + other_size)  # J = shared / (sum - shared)
        contained = (whole >= self.edited_whole) & (shared >= self.contained * smaller)
        return near, contained & ~near


COPIES = Likeness()


@dataclass(frozen=True, slots=True)
class Sketches:
    """The texts that are compared (T,), with a sketch each of what stands in no template (T, PERMUTATIONS).

    `sizes`: shingles in no template; `edits`: places where a text leaves a template as nearly no other.
    `whole`: sketches of all that a text says (W, PERMUTATIONS), where a part of it stands in a template;
    `whole_at`: the place of its own among these (T,), -1 where the distinctive one is of all it says.
    """

    places: NDArray[np.int64]
    sizes: NDArray[np.int32]
    edits: NDArray[np.int32]
    distinctive: NDArray[np.uint8]
    whole: NDArray[np.uint8]
    whole_at: NDArray[np.int32]

    def compare(
        self, one: NDArray[np.int64], other: NDArray[np.int64], likeness: Likeness
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return of each pair (P,) the whole similarity, whether it is near, and whether as an edit."""
        whole = jaccard(self._whole_of(one), self._whole_of(other))
        distinctive = jaccard(self.distinctive[one], self.distinctive[other])
        return whole, *likeness.judge(whole, distinctive, self.sizes[one], self.sizes[other])

    def _whole_of(self, texts: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the sketch of all that each of these texts says (P, PERMUTATIONS)."""
        found, at = self.distinctive[texts], self.whole_at[texts]
        found[at >= 0] = self.whole[at[at >= 0]]
        return found


class Origins:
    """For each edit of a template the text that it is most like: a copy was made of one text."""

    def __init__(self, size: int) -> None:
        self._best = np.zeros(size, dtype=np.float32)
        self._origin = np.full(size, -1, dtype=np.int64)

    def offer(
        self, edited: NDArray[np.int64], origin: NDArray[np.int64], likeness: NDArray[np.float64]
    ) -> None:
        """Take these texts (P,) for the origins of those edits where they are more like than any before."""
        order = np.argsort(likeness, kind="stable")  # the last assignment to an index stays
        order = order[likeness[order] > self._best[edited[order]]]
        self._best[edited[order]] = likeness[order]
        self._origin[edited[order]] = origin[order]

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the edits that have an origin, and their origins."""
        edited = np.flatnonzero(self._origin >= 0)
        return edited, self._origin[edited]


def minima(
    hashes: NDArray[np.uint64], rows: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Return the MinHash of each wanted row (wanted, PERMUTATIONS); `rows` ascend and so does `wanted`."""
    counts = np.bincount(rows, minlength=wanted[-1] + 1)
    chosen = np.zeros(len(counts), dtype=bool)
    chosen[wanted] = True
    offsets = np.concatenate(([0], np.cumsum(counts[wanted]))).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes[chosen[rows]], offsets, PERMUTATIONS, 1)
    return np.array(matrix.to_rows(), dtype=np.uint32)


def jaccard(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Estimate the Jaccard similarity of pairs (P, PERMUTATIONS) -> (P,); standard error at 0.5: 0.044."""
    by_chance = 1 / 256
    return ((one == other).mean(axis=1) - by_chance) / (1 - by_chance)
