"""Take HTML tags out of prose and write entities as the characters they stand for."""

from collections.abc import Mapping

from studio.core.records import SourcedRecord
from studio.data.checks.seen import Seen
from studio.data.fixes.rewriting import rewritten
from studio.data.markup import is_about_markup, without_remnants

TITLE = "Strip HTML"
ACTION = "Take the tags out"
SUMMARY = (
    "Takes tags out and writes &amp; as &. Code, and rows that are about HTML, stay as they are; "
    "rows of which nothing else is left are dropped."
)
NEEDS_PASS = False


class StripHtml:
    def see(self, seen: Seen) -> None:
        """Nothing of one row depends on another."""

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        if not seen_by_check or is_about_markup(Seen(0, sourced).text):
            return sourced
        return rewritten(sourced, without_remnants)


def begin(options: Mapping[str, str]) -> StripHtml:
    return StripHtml()
