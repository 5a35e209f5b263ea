"""Ratings that are all good, all bad, or nearly so: there is nothing to tell the one from the other by."""

from studio.core.records import Rated
from studio.data.checks.seen import Finding, Scene, Seen

TITLE = "Good and bad ratings"
SOURCE = "arXiv:2402.01306, section 4.2 (weights of good and bad)"

ONE_SIDED = "one_sided"
"""Kind of the finding of ratings that are all alike; nothing can be learned from them."""
DOMINATES_FROM = 0.9


class OneSided:
    def __init__(self, scene: Scene) -> None:
        self._good = self._bad = 0

    def see(self, seen: Seen) -> None:
        if isinstance(seen.record, Rated):
            self._good += seen.record.label
            self._bad += not seen.record.label

    @property
    def share_good(self) -> float | None:
        """The share of answers that are rated good; None where none is rated."""
        rated = self._good + self._bad
        return self._good / rated if rated else None

    def findings(self) -> list[Finding]:
        total, fewer = self._good + self._bad, min(self._good, self._bad)
        which, other = ("good", "bad") if self._good > self._bad else ("bad", "good")
        if not total or total - fewer < DOMINATES_FROM * total:
            return []
        if not fewer:
            message = f"All {total:,} answers are rated {which}: there is nothing to tell good from bad by."
            return [Finding("error", message, _what_else(which), count=total, kind=ONE_SIDED)]
        share = (total - fewer) / total
        message = f"{share:.0%} of the answers are rated {which}; {fewer:,} of {total:,} are {other}."
        hint = (
            f"Add answers that are {other}, or raise “How much a {other} answer counts” on the Method step."
        )
        return [Finding("warning", message, hint, count=total - fewer, kind="dominates")]


def _what_else(which: str) -> str:
    if which == "good":
        return (
            "Add bad answers, or choose only the question and the answer, to learn from the good ones alone."
        )
    return "Add good answers: from bad ones alone a model only forgets how to write."


def figures(watch: OneSided) -> dict[str, float]:
    return {} if watch.share_good is None else {"rated_good": round(watch.share_good, 3)}


begin = OneSided
