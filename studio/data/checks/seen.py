"""What a check sees of one record, what it may know of the whole, and what it says it found."""

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from studio.core.records import (
    Conversation,
    Message,
    Part,
    Preference,
    Rated,
    Record,
    SourcedRecord,
    question_and_answer,
    texts_of,
)
from studio.core.report import Severity
from studio.data.near import normalise
from studio.data.templates import ChatTemplate

DIGEST_BYTES = 16


class Seen:
    """One record as all checks look at it, built once for all of them.

    `index` counts the kept records from 0. `question` is what is asked (of a conversation all that stands
    before its last answer), `answer` the last answer, the better one, the completion or the label; "" where
    there is none. `texts` are all texts the user wrote, `text` the same, a line break between them.
    """

    __slots__ = ("_digest", "_plain_answer", "_plain_question", "answer", "group", "index", "is_ascii",
                 "part", "question", "record", "row", "text", "texts")  # fmt: skip

    index: int
    row: int
    record: Record
    group: str
    part: Part
    question: str
    answer: str
    texts: tuple[str, ...]
    text: str
    is_ascii: bool

    def __init__(self, index: int, sourced: SourcedRecord) -> None:
        self.index = index
        self.row = sourced.row
        self.record = sourced.record
        self.group = sourced.group
        self.part = sourced.part
        self.question, self.answer = question_and_answer(sourced.record)
        self.texts = texts_of(sourced.record)
        self.text = "\n".join(self.texts)
        self.is_ascii = self.text.isascii()
        self._digest = b""
        self._plain_question: str | None = None
        self._plain_answer: str | None = None

    @property
    def asked(self) -> str:
        """The question without the system message ahead of it, which rows share because it was meant so."""
        match self.record:
            case Conversation((Message("system", system), *_)):
                return self.question[len(system) + 1 :]
        return self.question

    @property
    def plain_question(self) -> str:
        """The question without case, with one space wherever there is white space: as most checks compare."""
        if self._plain_question is None:
            self._plain_question = normalise(self.question)
        return self._plain_question

    @property
    def plain_answer(self) -> str:
        """The answer, likewise."""
        if self._plain_answer is None:
            self._plain_answer = normalise(self.answer)
        return self._plain_answer

    @property
    def digest(self) -> bytes:
        """`DIGEST_BYTES` that equal records share, and no other two of any file that fits on this earth."""
        if not self._digest:
            self._digest = _digest(self.record, self.texts)
        return self._digest


def _digest(record: Record, texts: Sequence[str]) -> bytes:
    # The lengths tell where one text ends; the rest is what two records of equal texts can differ in.
    more = ""
    if isinstance(record, Conversation):
        more = "".join(message.role[0] for message in record.messages)
    elif isinstance(record, Preference | Rated):
        more = "".join(message.role[0] for message in record.before)
        more += str(record.label) if isinstance(record, Rated) else ""
    head = f"{type(record).__name__} {more} {' '.join(str(len(text)) for text in texts)}\n"
    whole = (head + "".join(texts)).encode()
    return hashlib.blake2b(whole, digest_size=DIGEST_BYTES).digest()


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that cannot be used. `check` names the check that lists it."""

    row: int
    check: str
    message: str


@dataclass(frozen=True)
class Scene:
    """What checks may know beside the records.

    `template` is None while no model is chosen; checks that need one then find nothing. `format` is "" while
    no column is mapped. `set_aside` is filled during the pass and complete when findings are asked for.
    """

    template: ChatTemplate | None = None
    max_length: int = 512
    format: str = ""
    has_groups: bool = False
    held_out_percent: float = 12.0
    seed: int = 0
    set_aside: list[SetAside] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `rows` are lines of the user's file, all of them; a report names the first ones.

    `kind` tells the findings of one check apart, `fix` is the recommended fix. `count` is the number of rows
    where it is None. `stays`: those of `rows` that "keep one" leaves, where the first ones are named too.
    """

    severity: Severity
    message: str
    hint: str
    rows: "array[int] | Sequence[int]" = ()
    kind: str = ""
    fix: str | None = None
    count: int | None = None
    stays: "array[int] | Sequence[int]" = ()


class Watch(Protocol):
    """One check at work on one file: sees every kept record in its order, then says what it found.

    It keeps row numbers, hashes and counts, never the texts of all rows: a file can have a million.
    """

    def see(self, seen: Seen) -> None: ...

    def findings(self) -> list[Finding]:
        """Return what was found; called once, after the last record; may take its time."""
        ...


def rows_array() -> "array[int]":
    """Return an empty, compact list of row numbers."""
    return array("Q")
