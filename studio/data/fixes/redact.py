"""Replace personal data with placeholders: the same address is [EMAIL_1] wherever it stands."""

import re
from collections.abc import Mapping

from studio.core.records import SourcedRecord
from studio.data import personal
from studio.data.checks.seen import Seen
from studio.data.fixes.rewriting import rewritten
from studio.data.personal.spans import LOOKED_BACK

TITLE = "Redact"
ACTION = "Replace with placeholders"
SUMMARY = "Replaces personal data with placeholders; the same value gets the same one in the whole data set."
NEEDS_PASS = True

_PLACEHOLDER = re.compile(rf"\[({'|'.join(kind.upper() for kind in personal.KINDS)})_(\d{{1,9}})\]")


class Redact:
    """Numbers the values of each kind in the order of the file; goes on behind placeholders that stand there.

    The option `kind` names the kind to replace; without it all are.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        self._kinds = {options["kind"]} if options.get("kind") else set(personal.KINDS)
        self._last_number = dict.fromkeys(personal.KINDS, 0)
        self._numbers: dict[tuple[str, str], int] = {}

    def see(self, seen: Seen) -> None:
        if "_" in seen.text and "[" in seen.text:
            for kind, number in _PLACEHOLDER.findall(seen.text):
                self._last_number[kind.lower()] = max(self._last_number[kind.lower()], int(number))

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        if not seen_by_check:
            return sourced
        context = ""

        def without_values(text: str) -> str:
            nonlocal context
            before, context = context, text[-LOOKED_BACK:]
            # Where a value is gone, what stood beside it may read as one more.
            while (redacted := self._without(text, personal.find(text, before))) != text:
                text = redacted
            return text

        return rewritten(sourced, without_values)

    def _without(self, text: str, spans: list[personal.Span]) -> str:
        pieces, at = [], 0
        for span in spans:
            if span.kind in self._kinds:
                pieces += [text[at : span.start], self._placeholder(span)]
                at = span.end
        return "".join([*pieces, text[at:]]) if pieces else text

    def _placeholder(self, span: personal.Span) -> str:
        key = (span.kind, span.value)
        if key not in self._numbers:
            self._last_number[span.kind] += 1
            self._numbers[key] = self._last_number[span.kind]
        return f"[{span.kind.upper()}_{self._numbers[key]}]"


begin = Redact
