"""A mapping names roles and columns that exist, or is refused with the known ones."""

import pytest

from studio.core.errors import Refused
from studio.data.mapping import check_mapping, pieces_of, slots_of


@pytest.mark.parametrize(
    ("mapping", "sentence", "hint"),
    [
        ({"question": "a"}, "no role “question”", "Known roles: input, context, output"),
        ({"input": "z"}, "no column “z”", "The file has: a, b."),
        ({"input": "a", "output": "a"}, "chosen twice", "another column"),
    ],
)
def test_unknown_roles_and_columns_are_refused_with_the_known_ones(mapping, sentence, hint):
    with pytest.raises(Refused, match=sentence) as caught:
        check_mapping(mapping, ("a", "b"))
    assert hint in caught.value.hint


def test_a_prompt_may_join_columns_for_what_is_asked_and_only_there():
    check_mapping({"input": "{a} and {b}", "context": "{a}", "output": "b"}, ("a", "b"))
    check_mapping({"input": "{a}"}, ("{a}",))
    with pytest.raises(Refused, match=r"no column “\{b\}”"):
        check_mapping({"input": "a", "output": "{b}"}, ("a", "b"))


def test_a_group_may_be_a_column_that_plays_a_role_already():
    check_mapping({"text": "a", "label": "b", "group": "b"}, ("a", "b"))


def test_the_pieces_of_a_prompt_are_text_and_slots():
    assert pieces_of("{{x}} {a b}\n{c!}") == (("{x} ", False), ("a b", True), ("\n", False), ("c!", True))
    assert slots_of("{a}{a}{b}") == ("a", "a", "b")


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("{a.__class__}", "no column “a.__class__”"),
        ("{a[0]}", r"no column “a\[0\]”"),
        ("{a!r}", "no column “a!r”"),
        ("{a:>1000000000}", "no column “a:>1000000000”"),
        ("{c}", "no column “c”"),
        ("{{a}}", "names no column"),
        ("{a", "brace { without"),
        ("a}", "brace } without"),
        ("{}", "brace { without"),
        ("{{a}", "brace } without"),
    ],
)
def test_a_slot_is_a_column_and_nothing_else(prompt, sentence):
    with pytest.raises(Refused, match=sentence):
        check_mapping({"input": prompt, "output": "b"}, ("a", "b"))
