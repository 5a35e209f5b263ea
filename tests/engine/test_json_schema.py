"""A schema takes and turns down the documents that the standard says; what is not understood is refused."""

import json

import pytest

from studio.core.errors import Refused
from studio.engine.json_schema import fits, schema_of

CASES = [
    ({"type": "object"}, [{}, {"a": 1}], [[], "a", None, 1]),
    ({"type": ["string", "null"]}, ["", None], [1, True, []]),
    ({"type": "integer"}, [1, -1, 1.0], [1.5, True, "1", 1e999]),
    ({"type": "number"}, [1, 1.5], [True, "1"]),
    ({"type": "boolean"}, [True, False], [0, 1, "true"]),
    ({"properties": {"a": {"type": "string"}}}, [{}, {"a": ""}, {"b": 1}, 7], [{"a": 1}]),
    ({"required": ["a", "b"]}, [{"a": 1, "b": None}, "text"], [{"a": 1}, {}]),
    ({"properties": {"a": {}}, "additionalProperties": False}, [{}, {"a": 1}], [{"b": 1}]),
    ({"additionalProperties": {"type": "string"}}, [{"b": "1"}], [{"b": 1}]),
    ({"additionalProperties": True}, [{"b": 1}], []),
    ({"items": {"type": "string"}}, [[], ["a"], "a"], [[1], ["a", 1]]),
    ({"enum": ["a", 1, None]}, ["a", 1, 1.0, None], ["b", True, []]),
    ({"const": [1, {"a": True}]}, [[1.0, {"a": True}]], [[True, {"a": True}], [1, {"a": 1}], [1]]),
    ({"minimum": 1, "maximum": 2}, [1, 1.5, 2, "0", True], [0.9, 2.1]),
    ({"exclusiveMinimum": 1, "exclusiveMaximum": 2}, [1.5], [1, 2]),
    ({"minLength": 2, "maxLength": 3}, ["ab", "äöü", 7], ["a", "abcd"]),
    ({"minItems": 1, "maxItems": 2}, [[1], [1, 1], "abc"], [[], [1, 2, 3]]),
    ({"uniqueItems": True}, [[1, True, "1"], []], [[1, 1.0], [{"a": 1}, {"a": 1}]]),
    ({"uniqueItems": False}, [[1, 1]], []),
    ({"anyOf": [{"type": "string"}, {"minimum": 5}]}, ["a", 7], [3]),
    ({"allOf": [{"type": "integer"}, {"minimum": 5}]}, [7], [3, "a", 7.5]),
    ({"oneOf": [{"minimum": 5}, {"type": "integer"}]}, [3, 7.5], [7, 1.5]),
    ({"not": {"type": "string"}}, [1, None], ["a"]),
    ({"title": "anything", "description": "said only", "default": 1}, [None, {}], []),
]


@pytest.mark.parametrize(("schema", "taken", "turned_down"), CASES, ids=lambda value: json.dumps(value)[:40])
def test_it_takes_and_turns_down_what_the_standard_says(schema, taken, turned_down):
    checked = schema_of(json.dumps(schema))
    assert [document for document in taken if not fits(document, checked)] == []
    assert [document for document in turned_down if fits(document, checked)] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "The schema is not JSON"),
        ("[]", r"the schema is \[\]; it must be an object"),
        ('{"pattern": "a"}', "the schema asks for 'pattern', which is not known here"),
        ('{"$ref": "#"}', "asks for '\\$ref'"),
        ('{"type": "text"}', "'type' of the schema is 'text'"),
        ('{"type": [["string"]]}', "'type' of the schema is"),
        ('{"minLength": "3"}', "'minLength' of the schema is '3'"),
        ('{"minimum": true}', "'minimum' of the schema is True"),
        ('{"required": "a"}', "'required' of the schema is 'a'"),
        ('{"anyOf": []}', r"'anyOf' of the schema is \[\]"),
        ('{"properties": {"a": 7}}', "'a' of the schema is 7; it must be an object"),
        (
            '{"properties": {"a": {"items": {"format": "date"}}}}',
            "'items' of 'a' of the schema asks for 'format'",
        ),
        ('{"anyOf": [{}, {"x": 1}]}', "'anyOf 2' of the schema asks for 'x'"),
        ('{"additionalProperties": {"x": 1}}', "'additionalProperties' of the schema asks for 'x'"),
        ("[" * 100_000, "The schema is not JSON"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(text, problem):
    with pytest.raises(Refused, match=problem):
        schema_of(text)
