"""Answers that a model drew by chance to a few questions, to be judged in pairs: kept beside its run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from studio.core.records import Message
from studio.core.shapes import shaped

MOST_QUESTIONS, MOST_ANSWERS = 50, 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: `answers` to each of `questions`, typed ones; without any, to held-back ones."""

    answers: int
    temperature: float
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question and the answers to it. `row` is the line of the user's file; 0 where it was typed.

    `gains` (nats): how much likelier the tuned model finds each answer than the untouched one does.
    """

    row: int
    prompt: str
    before: tuple[Message, ...]
    expected: str
    answers: tuple[str, ...]
    gains: tuple[float, ...]


@dataclass(frozen=True)
class Draw:
    """All that was drawn at once from the model of one step."""

    step: int
    weights_hash: str
    temperature: float
    answer_tokens: int
    drawn: tuple[Drawn, ...]


def to_dict(draw: Draw) -> dict[str, Any]:
    return {"version": 1, **asdict(draw)}


def from_dict(document: Mapping[str, Any]) -> Draw:
    """Inverse of `to_dict`. Raises KeyError or TypeError where it is none."""
    values = {name: value for name, value in document.items() if name != "version"}
    return shaped(Draw, values | {"drawn": tuple(map(_drawn, values["drawn"]))})


def _drawn(values: Mapping[str, Any]) -> Drawn:
    known = {
        "before": tuple(shaped(Message, turn) for turn in values["before"]),
        "answers": tuple(values["answers"]),
        "gains": tuple(values["gains"]),
    }
    return shaped(Drawn, {**values, **known})
