"""What can be done about rows that were set aside: the fixes that fit a reason, and how that is told."""

import re

from studio.data.formats.sharegpt import TWO_SYSTEM_MESSAGES
from studio.data.formats.turns import (
    BEGINS_WITH_ASSISTANT,
    ENDS_UNANSWERED,
    NO_ANSWER,
    SYSTEM_IN_THE_MIDDLE,
    TWO_IN_A_ROW,
)

_BY_REASON: dict[str, tuple[str, ...]] = {
    BEGINS_WITH_ASSISTANT: ("mend_turns",),
    TWO_IN_A_ROW.format(role="user"): ("mend_turns",),
    TWO_IN_A_ROW.format(role="assistant"): ("mend_turns",),
    SYSTEM_IN_THE_MIDDLE: ("system_first",),
    TWO_SYSTEM_MESSAGES: ("system_first",),
    ENDS_UNANSWERED: ("leave_out_turns", "fill_in"),
    NO_ANSWER: ("fill_in",),
}
_OF_ONE_MESSAGE = re.compile(r"The role .* is not known\.|A message .*", re.DOTALL)
_OF_ONE_TEXT = re.compile(r"The (system message|question|answer) (is|holds) .*", re.DOTALL)
"""In a conversation: why one of its messages cannot be learned; the second can be written anew."""
_OUT_OF_ORDER = re.compile(r"The turns before the .* are out of order\.")
_NOT_BY_HAND = re.compile(r"The turns before .*|.* do(es)? not (belong to|end with) .*")
"""Why lists of turns beside each other cannot be used: no text is missing in them."""
_CONVERSATIONS = ("chat", "sharegpt")

_ADVICE = {
    "mend_turns": "On the Data step one click puts their messages in order.",
    "system_first": "On the Data step one click puts the system message first.",
    "leave_out_turns": "On the Data step one click leaves out the messages that cannot be learned.",
    "fill_in": "Fill them in on the Data step, or in the file, to use them too.",
    "": "Correct them in the file to use them too.",
}


def fixes_for(reason: str, format_name: str) -> tuple[str, ...]:
    """Return the fixes of rows that were set aside for this reason, the recommended one first.

    None while no column is mapped: `format_name` is "" then, and nobody knows what is missing.
    """
    if not format_name:
        return ()
    if format_name in _CONVERSATIONS:
        if reason in _BY_REASON:
            return _BY_REASON[reason]
        if _OF_ONE_MESSAGE.fullmatch(reason):
            return ("leave_out_turns",)
        if _OF_ONE_TEXT.fullmatch(reason):
            return ("leave_out_turns", "fill_in")
    if _OUT_OF_ORDER.fullmatch(reason):
        return ("mend_turns",)
    return () if _NOT_BY_HAND.fullmatch(reason) else ("fill_in",)


def advice_for(reason: str, fix: str) -> str:
    """Return what a finding tells to do; `fix` is the recommended one, "" where there is none."""
    if reason == NO_ANSWER:
        return "Only you know the answers: fill them in, or leave these rows out as they are."
    return _ADVICE[fix]
