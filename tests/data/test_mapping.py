"""A mapping names roles and columns that exist, or is refused with the known ones."""

import pytest

from studio.core.errors import Refused
from studio.data.mapping import check_mapping


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
