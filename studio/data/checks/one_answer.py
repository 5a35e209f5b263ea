"""Every answer is the same, or one answer drowns the others: there is nothing to tell apart."""

from array import array

import numpy as np

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.labels import shortened

TITLE = "One answer for all"
SOURCE = ""

FEWEST_ROWS = 10
DOMINATES_FROM = 0.9


class OneAnswer:
    def __init__(self, scene: Scene) -> None:
        self._rows = rows_array()
        self._answers = array("q")
        self._texts: dict[int, str] = {}

    def see(self, seen: Seen) -> None:
        if not seen.answer:
            return
        key = hash(seen.plain_answer)
        # An answer that stands in nine of ten rows stands among the first few as well.
        if len(self._texts) < FEWEST_ROWS:
            self._texts.setdefault(key, shortened(seen.answer))
        self._rows.append(seen.row)
        self._answers.append(key)

    def findings(self) -> list[Finding]:
        total = len(self._rows)
        if total < FEWEST_ROWS:
            return []
        keys, counts = np.unique(np.frombuffer(self._answers, dtype=np.int64), return_counts=True)
        most = int(counts.max())
        if most < DOMINATES_FROM * total:
            return []
        answer = self._texts.get(int(keys[counts.argmax()]), "")
        which = f"“{answer}”" if answer else "one and the same"
        if most == total:
            message = f"All {total:,} answers are the same: {which}."
            hint = "Add rows with other answers; from these the model learns to say one thing to everything."
            return [Finding("warning", message, hint, count=total, kind="same")]
        message = f"{most / total:.0%} of the answers are {which} ({most:,} of {total:,})."
        hint = "Add rows with other answers, or drop some of these: always saying this would look right."
        return [Finding("warning", message, hint, count=most, kind="dominates")]


begin = OneAnswer
