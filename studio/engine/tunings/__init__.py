"""Which weights move: one file for each tuning, registered here. Importable without torch.

A tuning module has TITLE; SUMMARY (what it does) and WHEN (to pick it), a sentence each; SOURCE; Config;
LEARNING_RATE (a good start for it); FROZEN_BASE (most weights stand still and may be held in fewer bits);
BITS (of those, where the machine can; of all of them otherwise); HOLDS_BASE (switched off, the tuned model is
the untouched one); MERGES (`merged` gives a plain model); PEFT (peft's library reads the exported add-on);
PREPENDS (learned places stand before every row: then it has `begin`, which gives them their first values out
of a real text); and the functions apply, reference, state, load_state, merged, trained_parameters.
"""

from types import ModuleType

from studio.core.errors import Refused
from studio.engine.tunings import bottleneck, freeze, full, ia3, lora, prefix, prompt, qlora

TUNINGS: dict[str, ModuleType] = {
    "lora": lora,
    "qlora": qlora,
    "bottleneck": bottleneck,
    "ia3": ia3,
    "prefix": prefix,
    "prompt": prompt,
    "freeze": freeze,
    "full": full,
}


def tuning_named(name: str) -> ModuleType:
    """Return the tuning. Raises Refused listing the known ones."""
    if name not in TUNINGS:
        raise Refused(f"There is no tuning named {name!r}.", f"Known: {', '.join(TUNINGS)}.")
    return TUNINGS[name]
