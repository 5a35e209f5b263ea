"""JSON: the answer can be read by a program, and holds what the program asks for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.core.knobs import knob
from studio.engine.json_schema import fits, schema_of
from studio.engine.wanted_phrases import names_of

if TYPE_CHECKING:
    from studio.engine.rewarding import Given

TITLE = "Valid JSON"
SUMMARY = "1 for JSON with all that is wanted in it; valid JSON without is half of it, anything else 0."
WHEN = "Switch it on where a program reads the answers."
SOURCE = "RFC 8259; arXiv:2311.07911, table 4 (JSON format)"
LOW = 0.0
HIGH = 1.0


@dataclass(frozen=True)
class Config:
    """How much it counts, and what the JSON must hold."""

    json_weight: float = knob(
        0.0,
        label="Is valid JSON",
        technical="weight of the reward json, 0 for off",
        low=0.0,
        high=100.0,
        help="How much an answer gains by being JSON from its first letter to its last.",
        source="RFC 8259",
    )
    json_keys: str = knob(
        "",
        label="Entries it must have",
        technical="wanted keys of a JSON object, divided by semicolons",
        help="Names of entries, divided by semicolons: then half is gained by valid JSON, half by these.",
    )
    json_schema: str = knob(
        "",
        label="Schema it must fit",
        technical="JSON Schema, draft 2020-12, without patterns and references",
        help="Half is gained by valid JSON, half by fitting; with entries named too, a quarter each.",
        source="JSON Schema Validation, draft 2020-12",
    )


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what reads an answer as JSON. Raises Refused for a schema that cannot be used."""
    keys = names_of(settings.json_keys, TITLE) if settings.json_keys.strip() else ()
    schema = schema_of(settings.json_schema) if settings.json_schema.strip() else None

    def score(given: "Given") -> float:
        try:
            document = json.loads(given.answer, parse_constant=_no_constant)
        except (ValueError, RecursionError):  # too deeply nested to read is nothing a program could use
            return 0.0
        shares = [_share(document, keys)] if keys else []
        shares += [float(fits(document, schema))] if schema is not None else []
        return (1 + (sum(shares) / len(shares) if shares else 1)) / 2

    return score


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")  # Python reads NaN and Infinity, other programs do not


def _share(document: Any, keys: tuple[str, ...]) -> float:
    return sum(key in document for key in keys) / len(keys) if isinstance(document, dict) else 0.0
