"""Which rows stay together when a file is divided: those of one question, of one group, and near copies."""

from collections.abc import Iterable, Sequence

from studio.core.errors import Refused
from studio.data.near import near_groups


def units_of(keys: Sequence[str], groups: Sequence[str]) -> dict[str, list[int]]:
    """Return the places of the rows that must stay together, by the first key of each unit.

    `keys` says what each row asks, `groups` its group, "" for none. Where near copies or groups would leave
    nothing to divide, what is less alike is parted: first the near copies. Raises Refused where not even two
    different questions are left.
    """
    parents = _Parents(keys)
    if len(parents) < 2:
        raise Refused(
            f"{len(keys)} usable rows with {len(parents)} different questions cannot be divided into "
            "rows to learn from and rows to test on.",
            "Add rows with different questions.",
        )
    parents.join_groups(keys, groups)
    if parents.units() < 2:
        raise Refused(
            "All rows belong to one group, and rows of one group are never parted between learning and exam.",
            "Choose another column for the group, or none.",
        )
    parents.join_near_copies()
    units: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        units.setdefault(parents.of(key), []).append(at)
    return units


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

    def join_near_copies(self) -> None:
        """Join questions that are almost the same, unless nothing would be left to divide."""
        before = dict(self._parents)
        ordered = sorted(self._parents)
        for at, leader in near_groups(ordered).items():
            self.join(ordered[leader], ordered[at])
        if self.units() < 2:
            self._parents = before
