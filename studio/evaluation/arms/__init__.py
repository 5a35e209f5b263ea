"""The arms of the bake-off, in the order of the screen: ways to answer a question that compete with training.

To add one: a file here and a line below. An arm says which model is asked (`MODEL`), what it needs (`NEEDS`),
and in `given` what is put around a question; everything else (rows, decoding, metrics) is the same for all.
"""

from types import ModuleType

from studio.core.errors import Refused
from studio.evaluation.arms import (
    as_it_is,
    few_shot,
    prompt,
    retrieval,
    tuned,
    tuned_retrieval,
)
from studio.evaluation.arms.given import Stock

ARMS: dict[str, ModuleType] = {
    "base": as_it_is,
    "prompt": prompt,
    "few_shot": few_shot,
    "retrieval": retrieval,
    "tuned": tuned,
    "tuned_retrieval": tuned_retrieval,
}
PAIR = ("base", "tuned")
"""The two models of every exam; whatever else is asked for is set beside them."""


def arm_named(name: str) -> ModuleType:
    """Return the arm. Raises Refused naming the known ones."""
    if name not in ARMS:
        raise Refused(f"The arm {name!r} is not known.", f"Known: {' '.join(ARMS)}.")
    return ARMS[name]


def further(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the arms beside base and tuned, in the order of the registry, each once."""
    for name in names:
        arm_named(name)
    return tuple(name for name in ARMS if name in names and name not in PAIR)


def instructed(name: str) -> bool:
    """Return whether an arm reads the user's instruction; tuned models learned without it and read none."""
    return bool(arm_named(name).given("", Stock("an instruction")).instruction)


def why_not(name: str, *, sorts: bool, windows: bool, instruction: str, writes: bool = True) -> str:
    """Return in words why an arm makes no sense here; empty where it does.

    `sorts`: labels are learned with a head. `windows`: whole documents are learned. `writes`: the untouched
    model can be asked in words.
    """
    arm = arm_named(name)
    if name in PAIR:
        return ""
    if windows:
        return "Whole documents were learned here, so there is no question that more could be put beside."
    if not writes:
        return "This model reads texts and cannot write, so it cannot be asked in words."
    if sorts and not arm.SORTS:
        return "A text to sort asks for nothing that could be looked up: try examples in the prompt instead."
    if "prompt" in arm.NEEDS and not instruction.strip():
        return "Write the instruction first that the untouched model is to follow."
    return ""
