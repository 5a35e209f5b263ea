"""A model as a judge of pairs of answers: who judges, and what it said of each question in both orders."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from studio.core.shapes import shaped

VERSION = 1
Opinion = Literal["tuned", "base", "tie", "unread", "unasked"]


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judges: a model as it is named anywhere in the studio, or one behind an address.

    `address` is the beginning of an OpenAI-compatible service; empty for a model of this machine. Its key is
    no part of it.
    """

    model: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge said of one question. `replies`: with the tuned answer first, then with it second.

    `swayed`: it changed its mind when the two changed places, which counts as a tie. `unread` replies name
    no answer; an `unasked` question was too long for the judge.
    """

    key: str
    opinion: Opinion
    replies: tuple[str, ...] = ()
    swayed: bool = False


@dataclass(frozen=True)
class Judged:
    """All judgements on the answers of one step, as they are kept beside the run."""

    judge: Judge
    step: int
    judgements: tuple[Judgement, ...]


def to_dict(judged: Judged) -> dict[str, Any]:
    return {"version": VERSION, **asdict(judged)}


def from_dict(document: Mapping[str, Any]) -> Judged:
    """Inverse of `to_dict`, without its version. Raises KeyError or TypeError on another document."""
    judgements = tuple(judgement_from(each) for each in document["judgements"])
    return Judged(shaped(Judge, document["judge"]), int(document["step"]), judgements)


def judgement_from(document: Mapping[str, Any]) -> Judgement:
    return shaped(Judgement, {**document, "replies": tuple(document["replies"])})
