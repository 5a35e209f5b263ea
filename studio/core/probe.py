"""What else a run changed: what was forgotten, what was learned by heart. Made by evaluation."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from studio.core.exam import Score

VERSION = 1
_PARTS = ("training", "held_out")

Colour = Literal["green", "amber", "red", "unknown"]


@dataclass(frozen=True, slots=True)
class Light:
    """A traffic light in words; `unknown` where there was too little to tell."""

    colour: Colour
    headline: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Retained:
    """How alike base and tuned read the same `items`, token by token.

    `ratio`: perplexity of tuned over that of base. `divergence`: KL(base || tuned) in nats per token, over
    the base's likeliest tokens and all others as one: never more than the whole. `agreement`: share of
    places where both find the same token likeliest.
    """

    items: int
    tokens: int
    ratio: Score
    divergence: Score
    agreement: Score


@dataclass(frozen=True, slots=True)
class Fit:
    """How much better the tuned model knows rows it was trained on than rows it never saw.

    `training` and `held_out`: loss by arm on a sample of each, nats per trained token. `gap`: held-out minus
    training loss of the tuned model, less the same of the base where that was measured: rows differ in
    difficulty. `best_step` has the lowest held-out loss of the run's checks and `last_step` is its last.
    """

    training_rows: int
    held_out_rows: int
    training: Mapping[str, Score]
    held_out: Mapping[str, Score]
    gap: Score
    best_step: int
    last_step: int
    turned: bool
    """Whether more steps clearly made the held-out rows worse while the training rows went on improving."""


@dataclass(frozen=True, slots=True)
class Recited:
    """A training row whose second half the tuned model says word for word, and the base does not."""

    row: int
    given: str
    said: str


@dataclass(frozen=True, slots=True)
class ByHeart:
    """Of how many answers the rest is said word for word once the first half is given.

    `rows` training answers were long enough. `base`, `tuned`: the share of them continued token for token.
    `learned`: the share that tuned continues and base does not; `unseen`: the same on `unseen_rows` answers
    it was never trained on, None where there are none.
    """

    rows: int
    unseen_rows: int
    base: Score
    tuned: Score
    learned: Score
    unseen: Score | None
    examples: tuple[Recited, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt of the user's that must still work, and both answers."""

    prompt: str
    base: str
    tuned: str


@dataclass(frozen=True)
class Probe:
    """The probe as it is kept beside a run. None where a part makes no sense: what sorts does not write."""

    step: int
    dtype: str
    device: str
    seconds: float
    weights_hashes: Mapping[str, str]
    texts: Retained | None
    instructions: Retained | None
    fit: Fit | None
    by_heart: ByHeart | None
    asked: tuple[Asked, ...] = ()


def to_dict(probe: Probe) -> dict[str, Any]:
    """Return the JSON form that is kept in the run's folder."""
    return {"version": VERSION, **asdict(probe)}


def from_dict(document: Mapping[str, Any]) -> Probe:
    """Inverse of `to_dict`. Raises ValueError on a version this studio does not know."""
    if document.get("version") != VERSION:
        raise ValueError(f"probe of version {document.get('version')!r} is not known to this studio")
    fields = {name: value for name, value in document.items() if name != "version"}
    for name in ("texts", "instructions"):
        fields[name] = fields[name] and Retained(**_scored(fields[name], "ratio", "divergence", "agreement"))
    fields["fit"] = fields["fit"] and _fit(fields["fit"])
    fields["by_heart"] = fields["by_heart"] and _by_heart(fields["by_heart"])
    fields["asked"] = tuple(Asked(**each) for each in fields["asked"])
    return Probe(**fields)


def _scored(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**document, **{name: document[name] and Score(**document[name]) for name in names}}


def _fit(document: Mapping[str, Any]) -> Fit:
    arms = {
        part: {arm: Score(**each) for arm, each in document[part].items()}
        for part in ("training", "held_out")
    }
    return Fit(**{**_scored(document, "gap"), **arms})


def _by_heart(document: Mapping[str, Any]) -> ByHeart:
    fields = _scored(document, "base", "tuned", "learned", "unseen")
    return ByHeart(**{**fields, "examples": tuple(Recited(**each) for each in document["examples"])})
