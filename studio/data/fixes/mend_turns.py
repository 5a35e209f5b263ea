"""Make conversations usable that were set aside for the order of their turns."""

from collections.abc import Mapping

from studio.data.fixes.turning import Turning, in_order

TITLE = "Mend the turns"
ACTION = "Put the turns in order"
SUMMARY = (
    "Joins messages of one speaker that stand one behind the other, with an empty line between, and leaves "
    "out what the assistant says before the first question."
)
NEEDS_PASS = False
MENDS_SOURCE_ROWS = True


def begin(options: Mapping[str, str]) -> Turning:
    return Turning(in_order)
