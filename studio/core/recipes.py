"""The three recipes of the Method step: knob values by name, applied before the user's own choices."""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.core.knobs import KnobValue


@dataclass(frozen=True)
class Recipe:
    title: str
    summary: str
    knobs: Mapping[str, KnobValue]


RECIPES: dict[str, Recipe] = {
    "quick": Recipe(
        "Quick look",
        "One round through at most 128 rows, to see that everything works and whether it helps.",
        {"epochs": 1.0, "max_rows": 128, "evaluations": 2, "max_length": 384, "early_stop": True},
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
