"""Names are shown as they read: nothing unseen, nothing that turns them round or breaks the line."""

import pytest

from studio.core.texts import plain_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rows", "rows"),
        ("sales\u202excel\u202c", "salesxcel"),
        ("\u2066a\u2069 b\x00\x1b[31m\x7f", "a b[31m"),
        ("two\nlines\u2028and  more", "two lines and more"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("Grüße 数据 👩\u200d💻 می\u200cخواهم", "Grüße 数据 👩\u200d💻 می\u200cخواهم"),
        ("\u202e\u200d\u200b ", ""),
    ],
)
def test_a_name_is_plain(name, shown):
    assert plain_name(name) == shown
