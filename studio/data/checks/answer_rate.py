"""Whether some group of rows gets other answers than the rest: fewer, shorter, or other labels."""

import math
import re
from collections import Counter
from dataclasses import dataclass

from studio.data.checks.seen import Finding, Scene, Seen
from studio.data.labels import LabelCounts, shortened
from studio.data.proportions import holm, p_value

TITLE = "Answers by group"
SOURCE = "Fisher's exact test (chi-square where all expected counts reach 5), corrected after Holm, 1979"

SIGNIFICANT = 0.01
LEAST_DIFFERENCE = 0.1
"""Of a share: in a large file a difference of no importance is significant, too."""
FEWEST_ROWS = 5
MOST_GROUPS = 50
MOST_OUTCOMES = 20
SHORT_CHARACTERS = 20

REFUSAL = re.compile(
    r"(?:i(?: am|['’]m) (?:sorry|afraid|unable|not able)|sorry,|i can(?:not|['’]t)|i won['’]t"
    r"|i do(?: not|n['’]t) know|unfortunately|as an ai\b|(?:es )?tut mir leid|leider|das weiß ich nicht"
    r"|désolé|je ne (?:peux|sais) pas|lo siento|no puedo)",
    re.IGNORECASE,
)
"""How a refusal begins."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    group: str
    outcome: str
    share: float
    share_elsewhere: float
    p_value: float


class AnswerRate:
    """Counts outcomes by group: each label where answers are labels, refusals and short answers elsewhere."""

    def __init__(self, scene: Scene) -> None:
        self._labels = LabelCounts()
        self._rows: Counter[str] = Counter()
        self._outcomes: Counter[tuple[str, str]] = Counter()

    def see(self, seen: Seen) -> None:
        if not seen.group:
            return
        self._rows[seen.group] += 1
        if self._labels.see(seen.answer):
            self._outcomes[seen.group, f"label {seen.answer}"] += 1
        if REFUSAL.match(seen.answer):
            self._outcomes[seen.group, "refused"] += 1
        if len(seen.answer) < SHORT_CHARACTERS:
            self._outcomes[seen.group, "short"] += 1

    def findings(self) -> list[Finding]:
        """Compare each group with all others; a column with a value for every few rows names no groups."""
        groups = [group for group, rows in self._rows.items() if rows >= FEWEST_ROWS]
        if not 2 <= len(self._rows) <= MOST_GROUPS or len(groups) < 2:
            return []
        if len(self._rows) == 2:
            groups = groups[:1]  # the other one differs by the same
        compared = [self._compare(group, outcome) for group in groups for outcome in self._names()]
        corrected = holm([comparison.p_value for comparison in compared])
        return [
            _finding(comparison, p, len(compared), self._rows[comparison.group])
            for comparison, p in zip(compared, corrected, strict=True)
            if p < SIGNIFICANT and abs(comparison.share - comparison.share_elsewhere) >= LEAST_DIFFERENCE
        ]

    def _names(self) -> list[str]:
        if not self._labels.are_labels:
            return ["refused", "short"]
        names = [f"label {label}" for label, _ in self._labels.counts.most_common(MOST_OUTCOMES)]
        return names[:1] if len(names) == 2 else names

    def _compare(self, group: str, outcome: str) -> _Comparison:
        rows, all_rows = self._rows[group], sum(self._rows.values())
        here = self._outcomes[group, outcome]
        everywhere = sum(self._outcomes[name, outcome] for name in self._rows)
        elsewhere, others = everywhere - here, all_rows - rows
        p = p_value(here, rows, elsewhere, others)
        return _Comparison(group, outcome, here / rows, elsewhere / others, p)


def _finding(comparison: _Comparison, p: float, comparisons: int, rows: int) -> Finding:
    wordings = {"refused": "a refusal", "short": f"shorter than {SHORT_CHARACTERS} characters"}
    name = shortened(comparison.outcome.removeprefix("label "), 40)
    outcome = wordings.get(comparison.outcome, f"“{name}”")
    chance = "under 0.001" if p < 0.001 else f"{math.ceil(p * 1000) / 1000:.3f}"
    message = (
        f"In the group “{shortened(comparison.group, 40)}” {comparison.share:.0%} of the answers are "
        f"{outcome}, elsewhere {comparison.share_elsewhere:.0%} (chance {chance}, corrected for "
        f"{comparisons} comparisons after Holm)."
    )
    hint = (
        "If that is not as it should be, add or correct rows of this group: the model learns the difference."
    )
    kind = f"{comparison.group}: {comparison.outcome}"
    return Finding("warning", message, hint, count=rows, kind=kind)


begin = AnswerRate
