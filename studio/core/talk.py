"""A conversation with one or more models: what was asked, how it was to be answered, what each one said.

A voice is a model that can be asked: a run's id for what it was tuned to, `base:` before it for the untouched
model that the run began with.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from studio.core.knobs import knob
from studio.core.records import Message
from studio.core.shapes import shaped

UNTOUCHED = "base:"
Finish = Literal["", "stop", "length", "stopped", "failed"]


def run_of(voice: str) -> str:
    """Return the run that a voice was tuned by, or that began with it."""
    return voice.removeprefix(UNTOUCHED)


def is_untouched(voice: str) -> bool:
    return voice.startswith(UNTOUCHED)


@dataclass(frozen=True)
class Manner:
    """How answers are written. Without a temperature the likeliest word is taken, as in the exam.

    `with_documents`: what the training rows and the run's documents say of a question is read before it.
    """

    temperature: float = knob(
        0.0, label="Liveliness", technical="temperature", low=0, high=2,
        help="0 takes the likeliest word each time; higher ones vary more and stray more.",
    )  # fmt: skip
    answer_tokens: int = knob(
        200, label="Longest answer", technical="new tokens", low=1, high=2048,
        help="An answer is cut off there; a word is one or two tokens.",
    )  # fmt: skip
    instruction: str = ""
    with_documents: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was read before an answer: of which document, and what it says."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer. `finish` says why it ended; "" where it is being written, or was cut off with its process.

    `step` and `weights` name the checkpoint that spoke; `note` says why nothing is written, or what failed.
    """

    text: str = ""
    finish: Finish = ""
    tokens: int = 0
    seconds: float = 0.0
    step: int = 0
    weights: str = ""
    found: tuple[Found, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answers by voice."""

    id: str
    question: str
    answers: Mapping[str, Spoken]
    manner: Manner = Manner()
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Talk:
    """A whole conversation, the oldest question first. `begun_at` is in seconds since 1970."""

    id: str
    owner: str
    begun_at: float
    exchanges: tuple[Exchange, ...] = field(default=())

    @property
    def voices(self) -> tuple[str, ...]:
        """Who was asked last."""
        return tuple(self.exchanges[-1].answers) if self.exchanges else ()

    def before(self, exchange: str, voice: str) -> tuple[Message, ...]:
        """Return the turns that a voice has behind it when it comes to an exchange.

        What it was not asked, or did not answer, it knows nothing of: turns take turns.
        """
        turns: list[Message] = []
        instruction = ""
        for each in self.exchanges:
            instruction = each.manner.instruction.strip()
            if each.id == exchange:
                break
            said = each.answers.get(voice)
            if said is not None and said.text.strip():
                turns += [Message("user", each.question), Message("assistant", said.text)]
        return (*((Message("system", instruction),) if instruction else ()), *turns)


def to_dict(talk: Talk) -> dict[str, Any]:
    return asdict(talk)


def from_dict(document: Mapping[str, Any]) -> Talk:
    """Inverse of `to_dict`. Raises KeyError or TypeError on a document that is none."""
    exchanges = tuple(_exchange(each) for each in document["exchanges"])
    return shaped(Talk, {**document, "exchanges": exchanges})


def _exchange(document: Mapping[str, Any]) -> Exchange:
    answers = {voice: _spoken(said) for voice, said in document["answers"].items()}
    return shaped(Exchange, {**document, "answers": answers, "manner": shaped(Manner, document["manner"])})


def _spoken(document: Mapping[str, Any]) -> Spoken:
    found = tuple(shaped(Found, each) for each in document["found"])
    return shaped(Spoken, {**document, "found": found})
