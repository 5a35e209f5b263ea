"""Which rows stay together when a file is divided: those of one question, of one group, and near copies."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import numpy as np

from studio.core.errors import Refused
from studio.core.records import SourcedRecord, question_and_answer, texts_of
from studio.data.near import QUESTION_ENDS, near_groups, normalise
from studio.data.whole_rows import WholeRows


def units_of(records: Sequence[SourcedRecord], keys: Sequence[str]) -> dict[str, list[int]]:
    """Return the places of the rows that must stay together, by the first key of each unit.

    `keys` says what each row asks. Where near copies or groups would leave nothing to divide, what is less
    alike is parted: first rows that are near copies as a whole, then those whose question is one. Raises
    Refused where not even two different questions are left.
    """
    parents = _Parents(keys)
    if len(parents) < 2:
        raise Refused(
            f"{len(keys)} usable rows with {len(parents)} different questions cannot be divided into "
            "rows to learn from and rows to test on.",
            "Add rows with different questions.",
        )
    parents.join_groups(keys, [sourced.group for sourced in records])
    if parents.units() < 2:
        raise Refused(
            "All rows belong to one group, and rows of one group are never parted between learning and exam.",
            "Choose another column for the group, or none.",
        )
    ordered = sorted(set(keys))
    parents.join_near_copies(ordered, near_groups(key.strip(QUESTION_ENDS) for key in ordered))
    parents.join_near_copies(keys, _near_rows(records, keys))
    units: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        units.setdefault(parents.of(key), []).append(at)
    return units


def _near_rows(records: Sequence[SourcedRecord], keys: Sequence[str]) -> dict[int, int]:
    """Return place -> place that its whole group shares, for every row that is nearly another.

    The rows are compared in the order of their digests: what the file is ordered by plays no part in it, and
    a passage that many rows share is met from the beginning.
    """
    digests = np.fromiter((_digest(sourced) for sourced in records), dtype=np.uint64, count=len(records))
    order = np.argsort(digests, kind="stable").tolist()
    whole = WholeRows()
    for at in order:
        record = records[at].record
        whole.add(keys[at], question_and_answer(record)[1], "\n".join(texts_of(record)))
    return {order[at]: order[first] for at, first in whole.groups().items()}


def _digest(sourced: SourcedRecord) -> int:
    text = normalise("\n".join(texts_of(sourced.record)))
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


class _Parents:
    """Which questions belong together (union by smaller key, so that the order of the file plays no part)."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._parents: dict[str, str] = {key: key for key in keys}

    def __len__(self) -> int:
        return len(self._parents)

    def of(self, key: str) -> str:
        root = key
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[key] != root:
            self._parents[key], key = root, self._parents[key]
        return root

    def units(self) -> int:
        return sum(parent == key for key, parent in self._parents.items())

    def join(self, one: str, other: str) -> None:
        smaller, larger = sorted((self.of(one), self.of(other)))
        self._parents[larger] = smaller

    def join_groups(self, keys: Sequence[str], groups: Sequence[str]) -> None:
        first: dict[str, str] = {}
        for key, group in zip(keys, groups, strict=True):
            if group:
                self.join(first.setdefault(group, key), key)

    def join_near_copies(self, keys: Sequence[str], leaders: Mapping[int, int]) -> None:
        """Join the keys at these places with their leaders', unless nothing would be left to divide."""
        before = dict(self._parents)
        for at, leader in leaders.items():
            self.join(keys[leader], keys[at])
        if self.units() < 2:
            self._parents = before
