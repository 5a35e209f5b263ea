"""Which weights move: one file for each tuning, registered here. Importable without torch.

A tuning module has TITLE, SUMMARY, SOURCE, Config, LEARNING_RATE (a good start for it), FROZEN_BASE (whether
most weights stand still: they may then be held in 16 bits, and the untouched model is inside the tuned one),
and the functions apply, reference, state, load_state, merged.
"""

from types import ModuleType

from studio.core.errors import Refused
from studio.engine.tunings import full, lora

TUNINGS: dict[str, ModuleType] = {"lora": lora, "full": full}


def tuning_named(name: str) -> ModuleType:
    """Return the tuning. Raises Refused listing the known ones."""
    if name not in TUNINGS:
        raise Refused(f"There is no tuning named {name!r}.", f"Known: {', '.join(TUNINGS)}.")
    return TUNINGS[name]
