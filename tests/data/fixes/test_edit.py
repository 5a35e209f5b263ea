"""One text of one row is changed; a wrong row, name or text is refused in plain words."""

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Conversation, Labelled, Message, Rated, SourcedRecord
from studio.data.fixes import edit


def applied(record, **options):
    return edit.begin({"row": "7", **options}).apply(SourcedRecord(7, record, "g"), True)


def test_the_named_text_of_the_named_row_is_changed():
    assert applied(Completion("q", "a"), role="completion", text="b") == SourcedRecord(
        7, Completion("q", "b"), "g"
    )
    assert applied(Labelled("t", "a"), role="label", text="b").record == Labelled("t", "b")
    talk = Conversation((Message("user", "q"), Message("assistant", "a")))
    assert applied(talk, role="1", text="b").record.messages[1] == Message("assistant", "b")
    rated = Rated("q", "a", True, talk.messages)
    assert applied(rated, role="1", text="b").record.before == (
        Message("user", "q"),
        Message("assistant", "b"),
    )
    with pytest.raises(Refused, match="no text named"):
        applied(rated, role="2", text="b")


def test_other_rows_and_unchanged_texts_stay_the_same_object():
    row = SourcedRecord(8, Completion("q", "a"))
    fix = edit.begin({"row": "8", "role": "prompt", "text": "q"})
    assert fix.apply(row, True) is row
    assert edit.begin({"row": "7", "role": "prompt", "text": "x"}).apply(row, True) is row


@pytest.mark.parametrize("role", ["answer", "label", "", "0"])
def test_a_text_that_is_not_there_is_refused(role):
    with pytest.raises(Refused, match="Row 7 has no text named"):
        applied(Completion("q", "a"), role=role, text="b")


@pytest.mark.parametrize("text", ["\u200b\u200b", "\u2800", "half \ud83d", "a" * 1_000_001])
def test_a_text_that_nobody_sees_or_no_file_holds_is_refused(text):
    with pytest.raises(Refused, match="The new text"):
        edit.begin({"row": "2", "role": "completion", "text": text})


def test_an_empty_text_and_a_row_that_is_no_number_are_refused():
    with pytest.raises(Refused, match="The new text is empty"):
        edit.begin({"row": "7", "role": "prompt", "text": " "})
    with pytest.raises(Refused, match="“x” is no row number"):
        edit.begin({"row": "x", "role": "prompt", "text": "b"})
