"""What comes out of JSON has the declared types, or the error names the entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from studio.core.shapes import shaped


@dataclass(frozen=True)
class Thing:
    name: str
    size: float
    parts: tuple[str, ...] = ()
    note: str | None = None
    knobs: Mapping[str, int] = field(default_factory=dict)


def test_what_fits_becomes_the_value():
    document = {"name": "a", "size": 3, "parts": ("b",), "note": None, "knobs": {"c": 1}}
    assert shaped(Thing, document) == Thing("a", 3, ("b",), None, {"c": 1})
    assert shaped(Thing, {"name": "a", "size": 0.5}) == Thing("a", 0.5)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"name": "a"}, "'size' is missing"),
        ({"name": "a", "size": "big"}, "'size' cannot be 'big'"),
        ({"name": "a", "size": True}, "'size'"),
        ({"name": "a", "size": float("inf")}, "'size'"),
        ({"name": None, "size": 1}, "'name'"),
        ({"name": "a", "size": 1, "parts": (3,)}, "'parts'"),
        ({"name": "a", "size": 1, "knobs": 5}, "'knobs'"),
        ({"name": "a", "size": 1, "other": 5}, "'other' is not known"),
        (5, "no int"),
    ],
)
def test_what_does_not_fit_is_named(document, named):
    with pytest.raises(TypeError, match=named):
        shaped(Thing, document)
