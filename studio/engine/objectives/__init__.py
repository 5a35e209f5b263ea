"""What is learned: one file for each objective, registered here. Importable without torch."""

from types import ModuleType

from studio.core.errors import Refused
from studio.engine.objectives import chat, completion

OBJECTIVES: dict[str, ModuleType] = {"chat": chat, "completion": completion}


def objective_named(name: str) -> ModuleType:
    """Return the objective. Raises Refused listing the known ones."""
    if name not in OBJECTIVES:
        raise Refused(f"There is no objective named {name!r}.", f"Known: {', '.join(OBJECTIVES)}.")
    return OBJECTIVES[name]
