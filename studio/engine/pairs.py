"""Which way of tuning goes with what is learned and with which model. Importable without torch."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from studio.core.errors import Refused
from studio.engine.families import reads_both_ways
from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named

if TYPE_CHECKING:
    from transformers import PreTrainedConfig


def fits(tuning: str, objective: str, model_config: "PreTrainedConfig") -> str:
    """Return why this cannot be done, in words; "" where it can. Reads no weights.

    Raises Refused on an unknown name.
    """
    module, reads_only = tuning_named(tuning), reads_both_ways(model_config)
    head = objective_named(objective).HEAD
    if reads_only and head != "classes":
        return "This model only reads texts; what is to be learned needs one that writes."
    if reads_only and module.PREPENDS:
        return f"{module.TITLE} needs a model that writes; this one only reads texts."
    if head != "language" and not module.MERGES:
        does = "sorts" if head == "classes" else "judges"
        return f"The head that {does} could not be handed over beside what {module.TITLE} learns."
    package = getattr(module, "PACKAGE", "")
    if package and find_spec(package) is None:
        return f"{module.TITLE} needs the package {package}, which is not installed."
    try:
        module.trained_parameters(module.Config(), model_config)
    except Refused as error:
        return error.message
    return ""
