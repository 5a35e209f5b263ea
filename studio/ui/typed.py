"""The settings that a visitor typed on the Method step: kept while another step is looked at."""

from collections.abc import Mapping

from studio.core.errors import Refused
from studio.core.knobs import KnobValue, from_dict, knobs
from studio.services.choices import known_knobs
from studio.ui.forms import all_configs

CONFIGS = {knob.name: config for config in all_configs() for knob in knobs(config)}


def read_typed(settings: object) -> dict[str, KnobValue]:
    """Return of the settings that a browser kept those that there are, with a value that each may have."""
    if not isinstance(settings, Mapping):
        return {}
    found: dict[str, KnobValue] = {}
    for name, value in settings.items():
        if name not in CONFIGS or not isinstance(value, bool | int | float | str):
            continue
        try:
            found[name] = getattr(from_dict(CONFIGS[name], {name: value}), name)
        except Refused:
            continue  # as it was allowed in an earlier version, or by nobody's page
    return found


def applying(typed: Mapping[str, KnobValue], objective: str, tuning: str) -> dict[str, KnobValue]:
    """Return the settings that there are for what is learned now: other rows may have led to another."""
    known = known_knobs(objective, tuning)
    return {name: value for name, value in typed.items() if name in known}
