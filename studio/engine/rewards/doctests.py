"""Doctests: the code in the answer gives what the examples in the question say. It is run, shut in."""

import doctest
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.errors import Refused, StudioError
from studio.core.knobs import knob
from studio.engine import sandbox

if TYPE_CHECKING:
    from studio.engine.rewarding import Given

TITLE = "Code that passes its examples"
SUMMARY = "The share of the question's examples (>>> lines) that the Python code in the answer passes."
WHEN = "Switch it on where answers are Python functions and the questions hold examples of their use."
SOURCE = "arXiv:2107.03374, section 2; arXiv:2207.01780"
LOW = 0.0
HIGH = 1.0

_FENCED = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_QUOTES = re.compile(r"""^[ \t]*(?:\"{3}|'{3})[ \t]*$""", re.MULTILINE)
"""The end of a docstring that was asked for as code is no result of its last example."""
_PARSER = doctest.DocTestParser()


@dataclass(frozen=True)
class Config:
    """How much it counts, and what the code is given."""

    doctests_weight: float = knob(
        0.0,
        label="Passes its examples",
        technical="weight of the reward doctests, 0 for off",
        low=0.0,
        high=100.0,
        help="Above 0, code that the model writes is run here, in a process that can only compute.",
        source="arXiv:2107.03374, section 2",
    )
    doctests_before: str = knob(
        "",
        label="Code before each answer",
        technical="preamble, such as imports",
        help="Run before the answer's own code; of the standard library, what only computes can be imported.",
    )
    doctests_seconds: int = knob(
        2,
        label="Time for one answer",
        technical="processor seconds of one process",
        low=1,
        high=5,
        help="Code that is not done by then fails the examples it did not reach.",
    )


def unavailable() -> str:
    """Return why code cannot be shut in on this machine, "" where it can."""
    return sandbox.unavailable()


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what runs an answer's code. Raises Refused where it cannot be shut in."""
    if reason := unavailable():
        raise Refused(f"“{TITLE}” cannot be switched on: {reason}", "Set doctests_weight to 0.")

    def score(given: "Given") -> float:
        examples = _examples(given)
        code = f"{settings.doctests_before}\n{_code(given.answer)}"
        sources = [example.source for example in examples]
        outcomes = sandbox.run_apart(code, sources, seconds=settings.doctests_seconds)
        passed = [_passes(example, found) for example, found in zip(examples, outcomes, strict=False)]
        return sum(passed) / sum(_tells(example) for example in examples)

    return score


def _examples(given: "Given") -> list[doctest.Example]:
    """Return the examples of the question, or where it has none those of the expected answer."""
    try:
        found = [_PARSER.get_examples(_QUOTES.sub("", text)) for text in (given.question, given.reference)]
    except ValueError as error:
        problem = f"The examples cannot be read: {error}."
        raise StudioError(problem, "Correct the row, or set it aside.") from error
    for examples in found:
        examples = [each for each in examples if not each.options.get(doctest.SKIP)]
        if any(_tells(example) for example in examples):
            return examples
    raise StudioError("The question holds no example with its result (>>> lines).", "Set such rows aside.")


def _tells(example: doctest.Example) -> bool:
    """Return whether the example says what should come out; the others only prepare the next."""
    return bool(example.want)


def _passes(example: doctest.Example, found: sandbox.Outcome) -> bool:
    """Return whether that came out which the example says, by the rules of Python's doctest."""
    flags = sum(flag for flag, on in example.options.items() if on)
    if not _tells(example):
        return False
    if found.error is None:
        return example.exc_msg is None and _same(example.want, found.printed, flags)
    if example.exc_msg is None:
        return False
    if flags & doctest.IGNORE_EXCEPTION_DETAIL:
        return example.exc_msg.split(":")[0].strip() == found.error.split(":")[0].strip()
    return _same(example.exc_msg, found.error, flags)


def _same(wanted: str, found: str, flags: int) -> bool:
    return doctest.OutputChecker().check_output(wanted, found, flags)


def _code(answer: str) -> str:
    """Return the code blocks of an answer, or all of it where none is marked."""
    return "\n".join(_FENCED.findall(answer)) or answer
