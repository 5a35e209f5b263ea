"""What a row of the user's table became: the second station of the path (file -> rows -> *records*)."""

from dataclasses import dataclass, fields
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
Part = Literal["", "train", "held_out"]


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns of a chat; at least one of them is the assistant's."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """One question (`prompt`) and one good answer (`completion`)."""

    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class Preference:
    """Two answers to one prompt, of which `chosen` is the better; `before` are the turns ahead of it."""

    prompt: str
    chosen: str
    rejected: str
    before: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Rated:
    """One answer to a prompt; `label` says whether it is a good one, `before` are the turns ahead of it."""

    prompt: str
    completion: str
    label: bool
    before: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Labelled:
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Text:
    text: str


Record = Conversation | Completion | Preference | Rated | Labelled | Text

KINDS: dict[str, type] = {
    "conversation": Conversation,
    "completion": Completion,
    "preference": Preference,
    "rated": Rated,
    "labelled": Labelled,
    "text": Text,
}


_KIND_OF = {record_type: kind for kind, record_type in KINDS.items()}
_FIELDS_OF = {kind: tuple(field.name for field in fields(of)) for kind, of in KINDS.items()}


@dataclass(frozen=True, slots=True)
class SourcedRecord:
    """A record and where it stood: `row` is the 1-based line (or item, or sheet row) of the user's file.

    Rows of one `group` stay on one side of the split; "" is no group. `part` is the side the user chose.
    """

    row: int
    record: Record
    group: str = ""
    part: Part = ""


def to_dict(record: Record) -> dict[str, Any]:
    """Return the JSON form of a record, tagged with its kind."""
    kind = _KIND_OF[type(record)]
    if isinstance(record, Conversation):
        return {"kind": kind, "messages": _turns(record.messages)}
    values = {name: getattr(record, name) for name in _FIELDS_OF[kind] if name != "before"}
    if isinstance(record, Preference | Rated) and record.before:
        values["before"] = _turns(record.before)
    return {"kind": kind, **values}


def _turns(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    # Field by field: `asdict` copies every text, which a million rows would feel.
    return [{"role": message.role, "content": message.content} for message in messages]


def from_dict(document: dict[str, Any]) -> Record:
    """Inverse of `to_dict`. Raises KeyError on a kind we never wrote."""
    values = {name: value for name, value in document.items() if name != "kind"}
    for name in ("messages", "before"):
        if name in values:
            values[name] = tuple(Message(**message) for message in values[name])
    return KINDS[document["kind"]](**values)


def first_view(record: Record) -> dict[str, Any]:
    """Return the record as `check --json` shows its first one (DESIGN section 10)."""
    match record:
        case Completion(prompt, completion):
            return {"input": prompt, "output": completion}
        case _:
            return {name: value for name, value in to_dict(record).items() if name != "kind"}


def as_conversation(record: Conversation | Completion | Labelled) -> Conversation:
    """Return the turns that a question with its answer makes; a conversation passes through.

    A labelled text is a question whose answer is its label.
    """
    match record:
        case Conversation():
            return record
        case Completion(question, answer) | Labelled(question, answer):
            return Conversation((Message("user", question), Message("assistant", answer)))


def conversations_of(record: Conversation | Completion | Labelled | Preference | Rated) -> list[Conversation]:
    """Return the conversations that a model reads of a record, one for each answer; the better one first."""
    match record:
        case Preference(prompt, chosen, rejected, before):
            answers = [chosen, rejected]
        case Rated(prompt, completion, _, before):
            answers = [completion]
        case _:
            return [as_conversation(record)]
    asked = (*before, Message("user", prompt))
    return [Conversation((*asked, Message("assistant", answer))) for answer in answers]


def question_and_answer(record: Record) -> tuple[str, str]:
    """Return what a record asks and what it answers, the last or the better answer of several; "" for none.

    What a conversation asks is all that stands before its last answer.
    """
    match record:
        case Completion(prompt, answer):
            return prompt, answer
        case Rated(prompt, answer, _, before) | Preference(prompt, answer, _, before):
            return "\n".join([*(message.content for message in before), prompt]), answer
        case Labelled(text, label):
            return text, label
        case Text(text):
            return text, ""
        case Conversation(messages):
            last = max(at for at, message in enumerate(messages) if message.role == "assistant")
            return "\n".join(message.content for message in messages[:last]), messages[last].content


def texts_of(record: Record) -> tuple[str, ...]:
    """Return all texts that the user wrote, in their order."""
    match record:
        case Completion(prompt, completion):
            return prompt, completion
        case Rated(prompt, completion, _, before):
            return *(message.content for message in before), prompt, completion
        case Labelled(text, label):
            return text, label
        case Preference(prompt, chosen, rejected, before):
            return *(message.content for message in before), prompt, chosen, rejected
        case Text(text):
            return (text,)
        case Conversation(messages):
            return tuple(message.content for message in messages)
