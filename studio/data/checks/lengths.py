"""How long the examples are for the chosen model, which are cut, and which lose all there was to learn."""

import random
import statistics
from array import array
from typing import Any

from studio.core.errors import StudioError
from studio.core.examples import IGNORED
from studio.core.records import Text, conversations_of
from studio.core.report import Lengths
from studio.data.bounds import TokenBound
from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat

TITLE = "Length"
SOURCE = ""

SAMPLED_ROWS = 2000
"""Up to so many rows every length is counted; of more, as many are drawn for the median and the chart."""
BARS = 40

_WHOLE = 10**9
"""A limit that no example reaches."""


class LengthWatch:
    """Counts the tokens of every row that might be cut, and of a sample of the others.

    A text that has fewer bytes than the limit leaves room for needs no tokeniser to be known as whole: at a
    million rows that is the difference between a second and minutes.
    """

    def __init__(self, scene: Scene) -> None:
        self._template = scene.template
        self._limit = scene.max_length
        self._bound = TokenBound(scene.template) if scene.template is not None else None
        self._random = random.Random(scene.seed)
        self._rows = 0
        self._sample = array("I")
        self._longest = 0
        self._cut = rows_array()
        self._nothing_left = rows_array()
        self._problems: dict[str, array[int]] = {}

    def see(self, seen: Seen) -> None:
        if self._template is None or isinstance(seen.record, Text):
            return
        place = self._place_in_sample()
        assert self._bound is not None
        if place is None and self._bound.of(seen) <= self._limit:
            self._rows += 1
            return
        self._measure(seen, self._template, place)

    def _place_in_sample(self) -> int | None:
        """Draw whether this row is in the sample, each with the same chance (Vitter 1985, algorithm R)."""
        if self._rows < SAMPLED_ROWS:
            return self._rows
        place = int(self._random.random() * (self._rows + 1))
        return place if place < SAMPLED_ROWS else None

    def _measure(self, seen: Seen, template: ChatTemplate, place: int | None) -> None:
        """Count the longest of a row's texts: of two answers to one question each is cut by itself."""
        assert not isinstance(seen.record, Text)
        try:
            texts = [encode_chat(each, template, _WHOLE, seen.row) for each in conversations_of(seen.record)]
        except StudioError as error:
            problem = error.message.removeprefix(f"Row {seen.row}: ")
            self._problems.setdefault(problem, rows_array()).append(seen.row)
            return
        self._rows += 1
        tokens = max(len(text.input_ids) for text in texts)
        self._longest = max(self._longest, tokens)
        if place is not None and place < len(self._sample):
            self._sample[place] = tokens
        elif place is not None:
            self._sample.append(tokens)
        if tokens > self._limit:
            learned = all(any(label != IGNORED for label in text.labels[1 : self._limit]) for text in texts)
            (self._cut if learned else self._nothing_left).append(seen.row)

    def findings(self) -> list[Finding]:
        limit = self._limit
        found = []
        if self._cut:
            message = f"{_examples(self._cut)} longer than {limit:,} tokens, and the end is cut off."
            hint = "Shorten them, or raise “Longest example” (more memory, more time)."
            found.append(Finding("warning", message, hint, self._cut, kind="cut"))
        if self._nothing_left:
            message = (
                f"{_examples(self._nothing_left)} so long before the answer that nothing is left to learn."
            )
            hint = f"Shorten the question, or raise “Longest example” above {limit:,} tokens."
            found.append(Finding("warning", message, hint, self._nothing_left, "nothing_left", "drop"))
        hint = (
            "A run with this model sets them aside; correct them, or choose another model, to use them too."
        )
        # The examples that the model's template cannot write, by reason.
        return found + [
            Finding("warning", reason, hint, rows, kind=reason) for reason, rows in self._problems.items()
        ]

    def summary(self) -> Lengths | None:
        """Return the lengths of all examples; None without a model, or without anything to measure."""
        if not self._sample:
            return None
        return Lengths(
            median_tokens=int(statistics.median(self._sample)),
            longest_tokens=self._longest,
            limit_tokens=self._limit,
            cut=len(self._cut) + len(self._nothing_left),
            nothing_left=len(self._nothing_left),
            sampled=self._rows > len(self._sample),
        )

    def histogram(self) -> dict[str, Any]:
        """Return how many of the counted rows have how many tokens: bars of equal width from 0 on."""
        if not self._sample:
            return {}
        width = max(1, -(-(max(self._sample) + 1) // BARS))
        counts = [0] * (max(self._sample) // width + 1)
        for tokens in self._sample:
            counts[tokens // width] += 1
        sampled = self._rows > len(self._sample)
        return {"bar_tokens": width, "counts": counts, "limit_tokens": self._limit, "sampled": sampled}


begin = LengthWatch


def chart(watch: LengthWatch) -> dict[str, Any]:
    return watch.histogram()


def _examples(rows: "array[int]") -> str:
    return "1 example is" if len(rows) == 1 else f"{len(rows):,} examples are"
