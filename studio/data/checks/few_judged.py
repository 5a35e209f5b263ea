"""So few pairs, or rated answers, that their exam could not tell luck from learning."""

import math

from studio.core.records import Preference, Rated
from studio.core.verdict import FEWEST_ROWS
from studio.data.checks.seen import Finding, Scene, Seen

TITLE = "Number of pairs and ratings"
SOURCE = ""


class FewJudged:
    def __init__(self, scene: Scene) -> None:
        self._held_out = scene.held_out_percent / 100
        self._pairs = self._rated = 0

    def see(self, seen: Seen) -> None:
        self._pairs += isinstance(seen.record, Preference)
        self._rated += isinstance(seen.record, Rated)

    def findings(self) -> list[Finding]:
        there = self._pairs + self._rated
        wanted = math.ceil(FEWEST_ROWS / self._held_out)
        if not there or there >= wanted:
            return []
        what = "pairs" if self._pairs else "rated answers"
        held_out = max(1, round(there * self._held_out))
        message = f"There are {there:,} {what}; about {held_out:,} of them are held back for the exam."
        hint = (
            f"So few can hardly tell luck from learning. Vote on more answers, up to {wanted:,}, or hold "
            "more back on the Method step."
        )
        return [Finding("warning", message, hint, count=there)]


begin = FewJudged
