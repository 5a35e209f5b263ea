"""Texts that say almost the same, in one pass over any number of them: between records and the checks.

Two texts are near when most of their shingles are the same (Jaccard 0.6: up to one word in ten changed) and
so are those that stand in no template: where every question begins "Which chapter of ICD-10-CM does this
belong to", only what follows tells two questions apart.

Measured on real sets with 1, 2 and 4 of 40 words replaced: resemblance of 98 % of the pairs at least 0.65,
without templates at least 0.57; siblings ("for one user", "for all users") lie below in most cases.
Source: Broder, On the resemblance and containment of documents, 1997 (MinHash); Indyk and Motwani, 1998
(banding); Li and Koenig, b-bit minwise hashing, 2010 (one byte is kept of each value).
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from studio.data.shingles import ROWS_AT_ONCE, Templates, shingles

PERMUTATIONS = 128
BANDS = 32
"""Of four values each: a pair with Jaccard 0.6 meets in one of them with 98.8 %, with 0.7 with 99.98 %."""
FEWEST_SHINGLES = 16
"""With fewer outside templates two texts overlap by chance; of such texts only exact copies are found."""
SHORT_SHINGLES, LONG_SHINGLES = 60, 150
"""About ten and 25 words. The shorter a text, the more alike it must be: one word of ten says another thing,
one of forty a word."""

_CHARACTERS_AT_ONCE = 2_000_000
_PAIRS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Likeness:
    """From which Jaccard similarity on two texts are near.

    `whole`: of all shingles; `distinctive`: of those in no template; `short`: of these in a short text.
    """

    whole: float = 0.6
    distinctive: float = 0.4
    short: float = 0.8

    def of_size(self, sizes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return what is needed of the shingles in no template, by how many of them a text has."""
        return np.interp(sizes, (SHORT_SHINGLES, LONG_SHINGLES), (self.short, self.distinctive)).astype(
            np.float32
        )


def near_groups(texts: Iterable[str], likeness: Likeness = Likeness()) -> dict[int, int]:
    """Return index -> index of the first of its group, for every text that has a near or an exact copy."""
    index = NearIndex(likeness)
    for text in texts:
        index.add(text)
    return index.groups()


def normalise(text: str) -> str:
    """Return the text as it is compared: without case, and with one space wherever there is white space."""
    return " ".join(text.casefold().split())


class NearIndex:
    """Takes texts one by one and groups them at the end; 270 bytes a text, whatever its length."""

    def __init__(self, likeness: Likeness = Likeness()) -> None:
        self._likeness = likeness
        self._waiting: list[str] = []
        self._characters = 0
        self._templates = Templates()
        self._exact = array("q")
        self._places: list[NDArray[np.int64]] = []
        self._needed: list[NDArray[np.float32]] = []
        self._distinctive: list[NDArray[np.uint8]] = []
        self._whole: list[NDArray[np.uint8]] = []

    def add(self, text: str) -> None:
        text = normalise(text)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        self._exact.append(int.from_bytes(digest, signed=True))
        self._waiting.append(f" {text} ")
        self._characters += len(text)
        if len(self._waiting) == ROWS_AT_ONCE or self._characters >= _CHARACTERS_AT_ONCE:
            self._sketch()

    def groups(self) -> dict[int, int]:
        """Return index -> index of the first of its group, for every text in a group of two or more."""
        self._sketch()
        if not self._exact:
            return {}
        forest = Forest(len(self._exact))
        forest.join(*neighbours(np.frombuffer(self._exact, dtype=np.int64)))
        if self._places:
            self._join_near(forest)
        return forest.groups()

    def _sketch(self) -> None:
        """Reduce the waiting texts to two sketches of 128 bytes, whose likeness is that of the texts."""
        texts, self._waiting, self._characters = self._waiting, [], 0
        hashes, rows = shingles(texts)
        if not len(hashes):
            return
        own = self._templates.outside(hashes, rows, len(texts))
        sizes = np.bincount(rows[own], minlength=len(texts))
        kept = np.flatnonzero(sizes >= FEWEST_SHINGLES)
        if not len(kept):
            return
        distinctive = _minima(hashes[own], rows[own], kept)
        whole = distinctive.copy()
        templated = np.flatnonzero(np.bincount(rows[~own], minlength=len(texts))[kept])
        if len(templated):
            rest = _minima(hashes[~own], rows[~own], kept[templated])
            whole[templated] = np.minimum(whole[templated], rest)  # the minimum of a union
        self._places.append(kept + (len(self._exact) - len(texts)))
        self._needed.append(self._likeness.of_size(sizes[kept]))
        self._distinctive.append(distinctive.astype(np.uint8))
        self._whole.append(whole.astype(np.uint8))

    def _join_near(self, forest: "Forest") -> None:
        """Join what meets in a band and is verified, band by band: one band's pairs fit in memory."""
        places, needed = _joined(self._places), _joined(self._needed)
        distinctive, whole = _joined(self._distinctive), _joined(self._whole)
        bands = distinctive.view(np.uint32)  # (texts, BANDS): four values of one byte make a key
        for band in range(BANDS):
            first, second = neighbours(bands[:, band])
            roots = forest.roots()
            new = np.flatnonzero(roots[places[first]] != roots[places[second]])
            for start in range(0, len(new), _PAIRS_AT_ONCE):
                part = new[start : start + _PAIRS_AT_ONCE]
                one, other = first[part], second[part]
                near = _jaccard(distinctive[one], distinctive[other]) >= np.maximum(
                    needed[one], needed[other]
                )
                near &= _jaccard(whole[one], whole[other]) >= self._likeness.whole
                forest.join(places[one[near]], places[other[near]])


def neighbours(keys: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of indexes (earlier, later) with equal keys: with the one before, and with the first."""
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    at = np.flatnonzero(same) + 1
    starts = np.concatenate(([0], np.where(same, 0, np.arange(1, len(order)))))
    firsts = np.maximum.accumulate(starts)[at]
    beyond = firsts < at - 1
    earlier = np.concatenate((order[at - 1], order[firsts[beyond]]))
    return earlier, np.concatenate((order[at], order[at[beyond]]))


class Forest:
    """Which indexes belong together: a disjoint-set forest whose roots are the first of their group."""

    def __init__(self, size: int) -> None:
        self._parents = np.arange(size)

    def join(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        parents = self._parents
        for left, right in zip(one.tolist(), other.tolist(), strict=True):
            left, right = self._root(left), self._root(right)
            parents[max(left, right)] = min(left, right)

    def roots(self) -> NDArray[np.int64]:
        """Return the first of each index's group (size,)."""
        while True:
            above = self._parents[self._parents]
            if np.array_equal(above, self._parents):
                return above
            self._parents = above

    def groups(self) -> dict[int, int]:
        roots = self.roots()
        members = np.flatnonzero(np.bincount(roots, minlength=len(roots))[roots] > 1)
        return dict(zip(members.tolist(), roots[members].tolist(), strict=True))

    def _root(self, index: int) -> int:
        parents = self._parents
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = int(parents[index])
        return index


def _joined(parts: list[NDArray]) -> NDArray:
    """Return all parts as one, and keep only that: nothing stands in memory twice."""
    parts[:] = [np.concatenate(parts)]
    return parts[0]


def _minima(
    hashes: NDArray[np.uint64], rows: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Return the MinHash of each wanted row (wanted, PERMUTATIONS); `rows` ascend and so does `wanted`."""
    counts = np.bincount(rows, minlength=wanted[-1] + 1)
    chosen = np.zeros(len(counts), dtype=bool)
    chosen[wanted] = True
    offsets = np.concatenate(([0], np.cumsum(counts[wanted]))).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes[chosen[rows]], offsets, PERMUTATIONS, 1)
    return np.array(matrix.to_rows(), dtype=np.uint32)


def _jaccard(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Estimate the Jaccard similarity of pairs (P, PERMUTATIONS) -> (P,); standard error at 0.5: 0.044."""
    by_chance = 1 / 256
    return ((one == other).mean(axis=1) - by_chance) / (1 - by_chance)
