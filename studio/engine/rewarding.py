"""What sampled answers are worth: the weighted sum of the rewards that are switched on, each told apart.

Stands between the answers a model sampled and the step it learns from them. A reward can be anyone's file:
what it returns is checked, and an answer it fails on is left out with the reason, not guessed.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from studio.core.errors import Refused, StudioError
from studio.core.knobs import knobs
from studio.engine.rewards import REWARDS

LIMIT_SECONDS = 50.0
"""What one reward may take for one answer; those that come with the studio keep far below it."""
MOST_GIVEN_UP = 3
"""So many answers of one step may take too long; then the rest is not tried: it would last for ever."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a reward looks at; `reference` is the answer in the user's row, "" where there is none."""

    question: str
    answer: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """What one answer is worth. `parts` are the rewards before their weights.

    Where a reward failed, `total` is None, its part is missing and `problem` says why; else that is "".
    """

    total: float | None
    parts: Mapping[str, float]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One reward that is switched on: `score` gives a number from `low` to `high`."""

    weight: float
    score: Callable[[Given], float]
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class Rewards:
    """All rewards that are switched on, by name, made ready."""

    parts: Mapping[str, Part]
    limit_seconds: float = field(default=LIMIT_SECONDS, kw_only=True)

    @classmethod
    def of(cls, settings: Any) -> "Rewards":
        """Make ready the rewards with a weight in the settings, which derive from `rewards.Rewarded`.

        Raises Refused where none is switched on, or one cannot be used so.
        """
        parts = {}
        for name, module in REWARDS.items():
            if weight := getattr(settings, f"{name}_weight"):
                own = {knob.name: getattr(settings, knob.name) for knob in knobs(module.Config)}
                parts[name] = Part(weight, module.scorer(module.Config(**own)), module.LOW, module.HIGH)
        if not parts:
            titles = ", ".join(f"{name}_weight ({module.TITLE})" for name, module in REWARDS.items())
            raise Refused(
                "No reward is switched on, so no answer is better than another.",
                f"Set at least one weight above 0: {titles}.",
            )
        return cls(parts)

    @property
    def span(self) -> float:
        """How far the best total lies above the worst."""
        return sum(part.weight * (part.high - part.low) for part in self.parts.values())

    def score_all(self, answers: Sequence[Given]) -> list[Scored]:
        """Return what each answer is worth, in their order; a reward that fails costs its answer only."""
        found = {name: _scores(name, part, answers, self.limit_seconds) for name, part in self.parts.items()}
        return [self._sum({name: scores[at] for name, scores in found.items()}) for at in range(len(answers))]

    def _sum(self, outcomes: Mapping[str, float | str]) -> Scored:
        parts = {name: value for name, value in outcomes.items() if isinstance(value, float)}
        problems = [value for value in outcomes.values() if isinstance(value, str)]
        if problems:
            return Scored(None, parts, " ".join(problems))
        return Scored(math.fsum(self.parts[name].weight * value for name, value in parts.items()), parts)


def _scores(name: str, part: Part, answers: Sequence[Given], seconds: float) -> list[float | str]:
    """Return a number for each answer, or what went wrong with it."""
    outcomes: list[float | str] = []
    late = 0
    while len(outcomes) < len(answers) and late < MOST_GIVEN_UP:
        outcomes.extend(_until_late(name, part, answers[len(outcomes) :], seconds))
        if len(outcomes) < len(answers):
            outcomes.append(f"The reward {name!r} took longer than {seconds:g} seconds.")
            late += 1
    rest = len(answers) - len(outcomes)
    return outcomes + [f"The reward {name!r} took too long for {late} answers before this one."] * rest


def _until_late(name: str, part: Part, answers: Sequence[Given], seconds: float) -> Iterator[float | str]:
    """Yield outcomes in order, until one takes too long.

    The work is done in a thread, for a call cannot be stopped, only no longer waited for. One thread for all
    answers: torch prepares its own helpers anew for every thread.
    """
    done: SimpleQueue[float | str] = SimpleQueue()
    given_up = Event()

    def work() -> None:
        for answer in answers:
            if given_up.is_set():
                return
            done.put(_outcome(name, part, answer))

    Thread(target=work, name=f"reward {name}", daemon=True).start()
    for _ in answers:
        try:
            yield done.get(timeout=seconds)
        except Empty:
            given_up.set()
            return


def _outcome(name: str, part: Part, answer: Given) -> float | str:
    """Return the number that the reward gives, or in words why there is none."""
    try:
        value = part.score(answer)
    except StudioError as error:
        return f"The reward {name!r} could not judge this answer: {error.message}"
    except (Exception, SystemExit) as error:  # anyone's code: what it raises costs this answer, and is shown
        return f"The reward {name!r} failed with {type(error).__name__}: {error}"
    if not isinstance(value, Real) or not math.isfinite(value):
        return f"The reward {name!r} gave {value!r:.60}, which is no number."
    if not part.low <= value <= part.high:
        return f"The reward {name!r} gave {value:g}, which is not between {part.low:g} and {part.high:g}."
    return float(value)
