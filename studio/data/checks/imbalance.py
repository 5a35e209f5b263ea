"""Labels of which some are rare beside others."""

from typing import Any

from studio.data.checks.seen import Finding, Scene, Seen
from studio.data.labels import LabelCounts, listed

TITLE = "Balance of labels"
SOURCE = ""

RATIO = 10
"""The most frequent label against the rarest: from here on the rare one is learned badly."""
FEW_EXAMPLES = 5
LABELS_DRAWN = 50


class Imbalance:
    def __init__(self, scene: Scene) -> None:
        self.labels = LabelCounts()

    def see(self, seen: Seen) -> None:
        self.labels.see(seen.answer)

    def findings(self) -> list[Finding]:
        if not self.labels.are_labels:
            return []
        ranked = self.labels.counts.most_common()
        largest = ranked[0][1]
        rare = {label: count for label, count in reversed(ranked) if count * RATIO <= largest}
        rare |= {label: count for label, count in reversed(ranked) if count < FEW_EXAMPLES}
        if not rare:
            return []
        many = "1 label is" if len(rare) == 1 else f"{len(rare):,} labels are"
        message = f"{many} rare beside “{ranked[0][0]}” ({largest:,} rows): {listed(rare)}."
        hint = "Add rows for the rare labels, or judge the model label by label, not by its total."
        return [Finding("note", message, hint, count=sum(rare.values()))]


def chart(watch: Imbalance) -> dict[str, Any]:
    """Return the most frequent labels with their rows; `others` sums up the rest."""
    if not watch.labels.are_labels:
        return {}
    ranked = watch.labels.counts.most_common()
    shown = ranked[:LABELS_DRAWN]
    return {
        "labels": [label for label, _ in shown],
        "rows": [count for _, count in shown],
        "others": sum(count for _, count in ranked[LABELS_DRAWN:]),
    }


begin = Imbalance
