"""A JSON Schema, as far as answers of a model need one; what is not understood is refused, never ignored.

Source: JSON Schema Validation, draft 2020-12. Patterns and references to other schemas are left out.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from studio.core.errors import Refused

Schema = Mapping[str, Any]

_ONLY_SAID = {"$schema", "$id", "$comment", "title", "description", "default", "examples"}


def schema_of(text: str) -> Schema:
    """Return the schema that a user wrote. Raises Refused where it is none, or asks for what is not known."""
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"The schema is not JSON: {error}.", "Correct json_schema.") from error
    _check(schema, "the schema")
    return schema


def fits(document: Any, schema: Schema) -> bool:
    """Return whether a document is as a checked schema asks."""
    return all(
        _KEYWORDS[keyword][1](document, wanted, schema)
        for keyword, wanted in schema.items()
        if keyword in _KEYWORDS
    )


def _check(schema: Any, where: str) -> None:
    if not isinstance(schema, dict):
        raise Refused(
            f"In the schema, {where} is {schema!r:.60}; it must be an object.", "Correct json_schema."
        )
    for keyword, wanted in schema.items():
        if keyword in _ONLY_SAID:
            continue
        if keyword not in _KEYWORDS:
            known = ", ".join(_KEYWORDS)
            raise Refused(
                f"In the schema, {where} asks for {keyword!r}, which is not known here.", f"Known: {known}."
            )
        if not _KEYWORDS[keyword][0](wanted):
            raise Refused(f"In the schema, {keyword!r} of {where} is {wanted!r:.60}.", "Correct json_schema.")
        for name, inner in _inner(keyword, wanted):
            _check(inner, f"{name!r} of {where}")


def _inner(keyword: str, wanted: Any) -> list[tuple[str, Any]]:
    """Return the schemas that stand in one keyword, with what they are of."""
    if keyword == "properties":
        return list(wanted.items())
    if keyword in ("anyOf", "allOf", "oneOf"):
        return [(f"{keyword} {number}", each) for number, each in enumerate(wanted, start=1)]
    if keyword in ("items", "not") or (keyword == "additionalProperties" and not isinstance(wanted, bool)):
        return [(keyword, wanted)]
    return []


def _same(one: Any, other: Any) -> bool:
    """Return whether two documents are equal in JSON, where true is not 1 and 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return one == other


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return _is_number(value) and value == value // 1


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": _is_whole,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _types(wanted: Any) -> list[str]:
    return [wanted] if isinstance(wanted, str) else wanted


def _is_types(value: Any) -> bool:
    return isinstance(value, str | list) and all(
        isinstance(each, str) and each in _TYPES for each in _types(value)
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _no_others(document: Any, wanted: Any, schema: Schema) -> bool:
    if not isinstance(document, dict) or wanted is True:
        return True
    others = [value for name, value in document.items() if name not in schema.get("properties", {})]
    return not others if wanted is False else all(fits(value, wanted) for value in others)


def _properties(document: Any, wanted: Any, _schema: Schema) -> bool:
    if not isinstance(document, dict):
        return True
    return all(fits(document[name], inner) for name, inner in wanted.items() if name in document)


def _all_different(document: Any, wanted: Any, _schema: Schema) -> bool:
    if not wanted or not isinstance(document, list):
        return True
    return not any(_same(one, other) for at, one in enumerate(document) for other in document[:at])


def _of(
    kind: type | tuple[type, ...], holds: Callable[[Any, Any], bool]
) -> Callable[[Any, Any, Schema], bool]:
    """Return what asks of documents of one kind only; a bound for texts says nothing of numbers."""
    return lambda document, wanted, _schema: (
        not isinstance(document, kind) or isinstance(document, bool) or holds(document, wanted)
    )


_NUMBERS = (int, float)
_KEYWORDS: dict[str, tuple[Callable[[Any], bool], Callable[[Any, Any, Schema], bool]]] = {
    "type": (_is_types, lambda document, wanted, _: any(_TYPES[each](document) for each in _types(wanted))),
    "properties": (_is_object, _properties),
    "required": (_is_names, _of(dict, lambda document, wanted: all(name in document for name in wanted))),
    "additionalProperties": (lambda value: isinstance(value, bool | dict), _no_others),
    "items": (_is_object, _of(list, lambda document, wanted: all(fits(each, wanted) for each in document))),
    "enum": (_is_list, lambda document, wanted, _: any(_same(document, each) for each in wanted)),
    "const": (lambda _: True, lambda document, wanted, _: _same(document, wanted)),
    "minimum": (_is_number, _of(_NUMBERS, lambda document, wanted: document >= wanted)),
    "maximum": (_is_number, _of(_NUMBERS, lambda document, wanted: document <= wanted)),
    "exclusiveMinimum": (_is_number, _of(_NUMBERS, lambda document, wanted: document > wanted)),
    "exclusiveMaximum": (_is_number, _of(_NUMBERS, lambda document, wanted: document < wanted)),
    "minLength": (_is_size, _of(str, lambda document, wanted: len(document) >= wanted)),
    "maxLength": (_is_size, _of(str, lambda document, wanted: len(document) <= wanted)),
    "minItems": (_is_size, _of(list, lambda document, wanted: len(document) >= wanted)),
    "maxItems": (_is_size, _of(list, lambda document, wanted: len(document) <= wanted)),
    "uniqueItems": (_is_bool, _all_different),
    "anyOf": (_is_list, lambda document, wanted, _: any(fits(document, each) for each in wanted)),
    "allOf": (_is_list, lambda document, wanted, _: all(fits(document, each) for each in wanted)),
    "oneOf": (_is_list, lambda document, wanted, _: sum(fits(document, each) for each in wanted) == 1),
    "not": (_is_object, lambda document, wanted, _: not fits(document, wanted)),
}
"""By keyword: what it may be, and whether a document is as it asks (document, what is asked, the schema)."""
