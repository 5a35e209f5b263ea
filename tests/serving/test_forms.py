"""Every client can read what is written: a line of a stream is one line to all of them."""

from studio.serving import app
from studio.serving.forms import ChatRequest, read

ASKED = {"model": "m", "messages": [{"role": "user", "content": "?"}]}


def test_a_letter_that_some_take_for_the_end_of_a_line_ends_none():
    assert len(app._event({"content": "one\u2028two\u0085three"}).splitlines()) == 2


def test_what_changes_nothing_is_taken():
    nothing = {"frequency_penalty": 0.0, "presence_penalty": 0, "suffix": "", "tools": [], "n": 1}
    assert read(ChatRequest, ASKED | nothing).model == "m"
