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
    ENDS_UNANSWERED: ("leave_out_turns",),
    NO_ANSWER: (),
}
_OF_ONE_MESSAGE = re.compile(
    r"(The role .* is not known|A message .*|The (system message|question|answer) (is|holds) .*)\.", re.DOTALL
)
"""In a conversation: why one of its messages cannot be learned."""
_CONVERSATIONS = ("chat", "sharegpt")

_ADVICE = {
    "mend_turns": "On the Data step one click puts their messages in order.",
    "system_first": "On the Data step one click puts the system message first.",
    "leave_out_turns": "On the Data step one click leaves out the messages that cannot be learned.",
}


def fixes_for(reason: str, format_name: str) -> tuple[str, ...]:
    """Return the fixes of rows that were set aside for this reason, the recommended one first."""
    if reason in _BY_REASON:
        return _BY_REASON[reason]
    if format_name in _CONVERSATIONS and _OF_ONE_MESSAGE.fullmatch(reason):
        return ("leave_out_turns",)
    return ()


def advice_for(reason: str, fixes: tuple[str, ...], otherwise: str) -> str:
    """Return what the finding tells to do; `otherwise` where no fix is offered."""
    if reason == NO_ANSWER:
        return "Only you know the answers: write them into the file, or leave these rows out as they are."
    return _ADVICE[fixes[0]] if fixes else otherwise
