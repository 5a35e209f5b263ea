"""Make conversations usable of which single messages cannot be learned, by leaving those out."""

from collections.abc import Mapping

from studio.core.records import Role
from studio.data.fixes.turning import Turn, Turning, Turns, in_order

TITLE = "Leave out turns"
ACTION = "Leave these messages out"
SUMMARY = (
    "Leaves out the messages that cannot be learned: an empty question with its answer, an empty answer with "
    "its question, and a last question without an answer. The rest is put in order."
)
NEEDS_PASS = False
MENDS_SOURCE_ROWS = True


def begin(options: Mapping[str, str]) -> Turning:
    return Turning(lambda turns: in_order(without_unlearnable(turns)))


def without_unlearnable(turns: Turns) -> Turns:
    """Return the turns that can be learned. None is made to answer what it was not the answer to."""
    kept: list[Turn] = []
    lost: set[Role | None] = set()  # who spoke in what was left out since the last turn that was kept
    for turn in turns:
        if turn.text is None:
            lost.add(turn.role)
            continue
        if turn.role == "assistant" and "user" in lost and ("assistant" in lost or not _asks(kept)):
            _drop_question(
                kept
            )  # its answer was lost, and this one answers the question that was lost after it
            continue
        if turn.role == "user" and "assistant" in lost:
            _drop_question(kept)
        kept.append(turn)
        lost.clear()
    _drop_question(kept)
    return kept


def _asks(turns: Turns) -> bool:
    return bool(turns) and turns[-1].role == "user"


def _drop_question(turns: list[Turn]) -> None:
    while _asks(turns):
        turns.pop()
