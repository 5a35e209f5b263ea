"""What a check may look at: the records, the rows that became none, and the model they are meant for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from studio.core.errors import StudioError
from studio.core.examples import IGNORED
from studio.core.records import Completion, Conversation, SourcedRecord, as_conversation
from studio.core.report import Issue
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that cannot be used. `check` names the check that lists it."""

    row: int
    check: str
    message: str


@dataclass(frozen=True, slots=True)
class Size:
    """One example as the model's template writes it.

    `learned`: something of the answer is left within the limit. `problem`: why the template cannot write it.
    """

    row: int
    tokens: int
    learned: bool
    problem: str = ""


_WHOLE = 10**9
"""A limit that no example reaches."""


@dataclass(frozen=True)
class CheckContext:
    """`template` is None while no model is chosen; checks that need one then find nothing."""

    records: Sequence[SourcedRecord]
    set_aside: Sequence[SetAside] = ()
    template: ChatTemplate | None = None
    max_length: int = 512

    @cached_property
    def sizes(self) -> tuple[Size, ...]:
        """The length of every example that could be trained on, measured once for all checks."""
        if self.template is None:
            return ()
        wanted = (
            sourced for sourced in self.records if isinstance(sourced.record, Conversation | Completion)
        )
        return tuple(_size(sourced, self.template, self.max_length) for sourced in wanted)


def _size(sourced: SourcedRecord, template: ChatTemplate, max_length: int) -> Size:
    try:
        example = encode_chat(as_conversation(sourced.record), template, _WHOLE, sourced.row)
    except StudioError as error:
        return Size(sourced.row, 0, learned=False, problem=error.message.removeprefix(f"Row {sourced.row}: "))
    learned = any(label != IGNORED for label in example.labels[1:max_length])
    return Size(sourced.row, len(example.input_ids), learned)


def issues_by_message(set_aside: Sequence[SetAside], check: str, hint: str) -> list[Issue]:
    """Return one issue for each reason why rows were set aside, in the order the reasons appear."""
    rows: dict[str, list[int]] = {}
    for row in set_aside:
        if row.check == check:
            rows.setdefault(row.message, []).append(row.row)
    return [
        Issue.of_rows(check, "warning", tuple(numbers), message, hint) for message, numbers in rows.items()
    ]
