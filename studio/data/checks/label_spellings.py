"""Labels that look like one: other case, white space or punctuation, or a slip of the pen."""

import re
from array import array
from collections.abc import Mapping

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.labels import LabelCounts

TITLE = "Spellings of labels"
SOURCE = "Damerau, A technique for computer detection and correction of spelling errors, 1964"

RARE_SHARE = 0.05
"""A slip is rare beside what was meant; two labels of similar weight are two labels."""
SHORTEST_MISSPELT = 5
_NEGATING = ("a", "un", "in", "im", "ir", "il", "non", "dis", "anti", "not ", "no ")
_IGNORED = re.compile(r"[\s_\-]+")
_AROUND = " .,;:!?\"'`*“”‘’()[]"


class LabelSpellings:
    """The rows of each label are kept: how a label is to be written is known only at the end."""

    def __init__(self, scene: Scene) -> None:
        self._labels = LabelCounts()
        self._rows: dict[str, array[int]] = {}

    def see(self, seen: Seen) -> None:
        if self._labels.see(seen.answer):
            self._rows.setdefault(seen.answer, rows_array()).append(seen.row)
        elif self._rows:
            self._rows.clear()

    def findings(self) -> list[Finding]:
        if not self._labels.are_labels:
            return []
        counts = self._labels.counts
        spellings = spelt_alike(counts)
        found = [self._finding("spelling", spellings)] if spellings else []
        misspelt = slips({label: counts[label] for label in counts if label not in spellings})
        return [*found, self._finding("slip", misspelt)] if misspelt else found

    def _finding(self, kind: str, merges: Mapping[str, str]) -> Finding:
        rows = rows_array()
        rows.extend(sorted(row for label in merges for row in self._rows[label]))
        shown = [f"“{wrong}” for “{right}”" for wrong, right in list(merges.items())[:4]]
        more = f" and {len(merges) - 4:,} more" if len(merges) > 4 else ""
        labels = "1 label looks" if len(merges) == 1 else f"{len(merges):,} labels look"
        message = f"{labels} like another spelling of one: {', '.join(shown)}{more}."
        hint = "Merge them if they mean the same; as they are, the model learns them as different answers."
        return Finding("warning", message, hint, rows, kind=kind, fix="merge_labels")


def spelt_alike(counts: Mapping[str, int]) -> dict[str, str]:
    """Return label -> most frequent label that differs only in case, white space, hyphens or outer marks."""
    groups: dict[str, list[str]] = {}
    for label in counts:
        key = _IGNORED.sub(" ", label.casefold().strip(_AROUND)).strip()
        if key:
            groups.setdefault(key, []).append(label)
    merges: dict[str, str] = {}
    for group in groups.values():
        meant = max(group, key=lambda label: counts[label])
        merges |= {label: meant for label in group if label != meant}
    return merges


def slips(counts: Mapping[str, int]) -> dict[str, str]:
    """Return rare label -> frequent label that it is one slip away from (two in ten letters or more)."""
    ranked = sorted(counts, key=lambda label: -counts[label])
    merges: dict[str, str] = {}
    for rare in reversed(ranked):
        for meant in ranked:
            if counts[rare] > RARE_SHARE * counts[meant]:
                break
            if is_slip(rare.casefold(), meant.casefold()):
                merges[rare] = meant
                break
    return merges


def is_slip(one: str, other: str) -> bool:
    """Say whether one is the other misspelt; another number or a negation is another meaning."""
    shorter, longer = sorted((one, other), key=len)
    allowed = 2 if len(shorter) >= 10 else 1
    if len(shorter) < SHORTEST_MISSPELT or len(longer) - len(shorter) > allowed:
        return False
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    if any(prefix + shorter == longer for prefix in _NEGATING):
        return False
    return 0 < distance(one, other) <= allowed


def distance(one: str, other: str) -> int:
    """Return the fewest insertions, deletions, replacements and swaps of neighbours between two texts."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, right in enumerate(other, 1):
            steps = [before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right)]
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                steps.append(above[j - 2] + 1)
            row.append(min(steps))
    return row[-1]


begin = LabelSpellings
