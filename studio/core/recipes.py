"""The three recipes of the Method step: knob values by name, applied before the user's own choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.core.knobs import KnobValue


@dataclass(frozen=True)
class Recipe:
    title: str
    summary: str
    knobs: Mapping[str, KnobValue]
    rate_times: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """By objective and tuning: how many times the usual learning rate it takes, where that was measured."""


RECIPES: dict[str, Recipe] = {
    "quick": Recipe(
        "Quick look",
        "Two rounds through at most 128 rows, to see that everything works and whether it helps.",
        # What learned most in two minutes on two cores (benchmarks/quick_mode.py).
        {
            "epochs": 2.0,
            "max_rows": 128,
            "batch_size": 4,
            "evaluations": 2,
            "max_length": 384,
            "early_stop": True,
        },
        {("chat", "lora"): 2.0},
    ),
    "balanced": Recipe(
        "Balanced",
        "Two rounds through all rows. Right for most data.",
        {"epochs": 2.0, "evaluations": 8, "early_stop": True},
    ),
    "thorough": Recipe(
        "Thorough",
        "Four rounds with longer examples; the best point on the way is kept.",
        {"epochs": 4.0, "evaluations": 16, "max_length": 1024, "early_stop": True},
    ),
}
