"""What an export is asked for beyond its kind: the knobs of its exporter, typed, waiting and read again."""

import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from studio.core.errors import Refused, StudioError
from studio.core.knobs import KnobValue, from_dict, knobs, to_dict
from studio.exporters import exporter_named
from studio.store.runs import RunFolder

Settings = Mapping[str, KnobValue]


def read_settings(kind: str, texts: Mapping[str, str]) -> dict[str, KnobValue]:
    """Return settings as they are typed on a command line. Raises Refused with the known ones."""
    known = {knob.name: knob for knob in knobs(exporter_named(kind).Config)}
    if unknown := [name for name in texts if name not in known]:
        has = f"Known: {', '.join(known)}." if known else f"{kind} has none."
        raise Refused(f"There is no setting named {unknown[0]!r} for this kind of export.", has)
    return {name: known[name].parse(text) for name, text in texts.items()}


def as_wishes(kind: str, settings: Settings) -> tuple[str, ...]:
    """Return what waits with the request; nothing for a kind without settings. Raises Refused."""
    chosen = to_dict(from_dict(exporter_named(kind).Config, settings))
    return (json.dumps(chosen, sort_keys=True),) if chosen else ()


def own_settings(exporter: ModuleType, settings: Settings) -> Any:
    """Return the exporter's Config with what is meant for it among the settings of several kinds."""
    names = {knob.name for knob in knobs(exporter.Config)}
    return from_dict(exporter.Config, {name: each for name, each in settings.items() if name in names})


def of_wishes(kind: str, wishes: tuple[str, ...]) -> Any:
    """Return the exporter's Config as it was asked for. Raises StudioError where it cannot be read."""
    config = exporter_named(kind).Config
    try:
        return from_dict(config, json.loads(wishes[-1]) if wishes else {})
    except (ValueError, TypeError, AttributeError) as error:  # no JSON, or none of an object
        raise StudioError(
            "What this export was asked for cannot be read any more.", "Ask for it again."
        ) from error


def refuse_another(folder: RunFolder, request: str, wishes: tuple[str, ...]) -> None:
    """Raise Refused where the same kind waits already with other settings: one of the two would be lost."""
    waiting = next((each for each in folder.requests.all() if each.kind == request), None)
    if waiting is not None and waiting.wishes != wishes:
        raise Refused(
            "This kind of export waits already, with other settings.",
            "Wait until it is made, or stop it and ask again.",
        )
