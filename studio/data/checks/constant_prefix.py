"""Words with which a large share of the questions or answers begin or end."""

from collections import Counter

from studio.data.checks.seen import Finding, Scene, Seen
from studio.data.labels import shortened

TITLE = "Openings and closings"
SOURCE = "Misra and Gries, Finding repeated elements, 1982"

LARGE_SHARE = 0.25
FEWEST_ROWS = 30
WORDS = 4
FEWEST_WORDS = 2 * WORDS
"""In shorter texts the opening is the text; those are for the check of equal answers."""


class Frequent:
    """The most frequent of any number of values, in a hundred counters; a count is short by 1 % at most."""

    COUNTERS = 100

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def see(self, value: str) -> None:
        if value in self.counts or len(self.counts) < self.COUNTERS:
            self.counts[value] += 1
        else:
            self.counts = Counter({value: count - 1 for value, count in self.counts.items() if count > 1})


class ConstantPrefix:
    def __init__(self, scene: Scene) -> None:
        self._rows = 0
        self._found = {
            (side, place): Frequent() for side in ("question", "answer") for place in ("begin", "end")
        }

    def see(self, seen: Seen) -> None:
        self._rows += 1
        for side, text in (("question", seen.asked), ("answer", seen.answer)):
            first = text.split(None, FEWEST_WORDS)
            if len(first) < FEWEST_WORDS:
                continue
            self._found[side, "begin"].see(" ".join(first[:WORDS]))
            self._found[side, "end"].see(" ".join(text.rsplit(None, WORDS)[-WORDS:]))

    def findings(self) -> list[Finding]:
        if self._rows < FEWEST_ROWS:
            return []
        found = []
        for (side, place), frequent in self._found.items():
            for words, count in frequent.counts.most_common(1):
                if count >= LARGE_SHARE * self._rows:
                    found.append(self._finding(side, place, words, count))
        return found

    def _finding(self, side: str, place: str, words: str, count: int) -> Finding:
        shown = f"“{shortened(words)} …”" if place == "begin" else f"“… {shortened(words)}”"
        message = f"About {count / self._rows:.0%} of the {side}s {place} with {shown}."
        hint = (
            "The model will expect these words in every question: ask it with them later, too."
            if side == "question"
            else "The model will use these words in every answer; cut them if that is not wanted."
        )
        return Finding("note", message, hint, count=count, kind=f"{side}_{place}")


begin = ConstantPrefix
