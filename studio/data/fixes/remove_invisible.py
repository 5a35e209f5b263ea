"""Remove characters that cannot be seen, and write look-alikes as the letters they pass for."""

from collections.abc import Mapping

from studio.data.fixes.rewriting import Rewriting
from studio.data.invisibles import without_invisibles

TITLE = "Remove invisible characters"
ACTION = "Remove the hidden characters"
SUMMARY = (
    "Removes what cannot be seen and turns look-alike letters into the right ones. Emoji stay as they are; "
    "rows of which nothing else is left are dropped."
)
NEEDS_PASS = False


def begin(options: Mapping[str, str]) -> Rewriting:
    return Rewriting(without_invisibles)
