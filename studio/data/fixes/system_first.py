"""Make conversations usable in which the system speaks in the middle, or twice."""

from collections.abc import Mapping

from studio.data.fixes.turning import Turning, in_order

TITLE = "Move the system message"
ACTION = "Put the system message first"
SUMMARY = (
    "Moves what the system says to the front, several messages of it as one with an empty line between. "
    "Messages of one speaker that then stand one behind the other are joined in the same way."
)
NEEDS_PASS = False
MENDS_SOURCE_ROWS = True


def begin(options: Mapping[str, str]) -> Turning:
    return Turning(in_order)
