"""Every fix changes all texts of a record alike, leaves the rest as it is, and has nothing to do twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.records import (
    Completion,
    Conversation,
    Labelled,
    Message,
    Preference,
    Rated,
    SourcedRecord,
    Text,
)
from studio.data.checks import Scene, Seen
from studio.data.checkup import findings_of
from studio.data.fixes import FIXES

TEXT_FIXES = {
    "redact": ("mail ann@example.org now", "mail [EMAIL_1] now", "personal_data"),
    "repair_encoding": ("a cafÃ© nearby", "a café nearby", "broken_decoding"),
    "strip_html": ("<p>one &amp; two</p>", "one & two", "html_remnants"),
    "remove_invisible": ("zero\u200bwidth", "zerowidth", "invisible"),
}


def applied(name: str, sourced: SourcedRecord, *, seen: bool = True, **options: str) -> SourcedRecord | None:
    fix = FIXES[name].begin(options)
    fix.see(Seen(0, sourced))
    return fix.apply(sourced, seen)


@pytest.mark.parametrize("name", TEXT_FIXES)
def test_every_text_of_every_kind_of_record_is_changed(name):
    dirty, clean, _ = TEXT_FIXES[name]
    makes = [
        lambda text: Completion(text, text),
        lambda text: Preference(text, text, text),
        lambda text: Preference(text, text, text, (Message("user", text), Message("assistant", text))),
        lambda text: Rated(text, text, True, (Message("system", text),)),
        lambda text: Labelled(text, text),
        lambda text: Text(text),
        lambda text: Conversation(tuple(Message(role, text) for role in ("system", "user", "assistant"))),
    ]
    for make in makes:
        sourced = SourcedRecord(7, make(dirty), "group", "train")
        assert applied(name, sourced) == SourcedRecord(7, make(clean), "group", "train")


@pytest.mark.parametrize("name", TEXT_FIXES)
def test_what_needs_no_change_comes_back_as_it_is(name):
    dirty, _, _ = TEXT_FIXES[name]
    clean = SourcedRecord(1, Completion("a question", "an answer"))
    assert applied(name, clean) is clean
    not_named = SourcedRecord(1, Text(dirty))
    assert applied(name, not_named, seen=False) is not_named


@pytest.mark.parametrize("name", TEXT_FIXES)
def test_after_the_fix_its_check_finds_nothing(name):
    dirty, _, check = TEXT_FIXES[name]
    before = [SourcedRecord(1, Text(dirty))]
    assert [finding.fix for finding in findings_of(check, before, Scene())] == [name]
    assert findings_of(check, [applied(name, before[0])], Scene()) == []


@pytest.mark.parametrize(("name", "text"), [("strip_html", "<br>"), ("remove_invisible", "\u200b\u2060")])
def test_a_row_of_which_nothing_is_left_is_dropped(name, text):
    assert applied(name, SourcedRecord(1, Completion("a question", text))) is None


def test_rows_about_html_keep_it():
    sourced = SourcedRecord(1, Completion("How do I write bold in HTML?", "<b>bold</b>"))
    assert applied("strip_html", sourced) is sourced


PIECES = st.sampled_from(
    [
        "ann@example.org",
        "4111 1111 1111 1111",
        "+49 30 901820",
        "030 901820",
        "DE89370400440532013000",
        "84.23.177.9",
        "078-05-1120",
        "phone",
        "NHS",
        "order",
        " ",
        "\n",
        ": ",
        "-",
        "12/26",
        "2024-01-02",
        "key=",
        "AKIAIOSFODNN7EXAMPLE",
        "[EMAIL_1]",
        "<p>",
        "</p>",
        "<b",
        ">",
        "<",
        "&",
        "amp;",
        "lt;",
        "&lt;",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "`",
        "é",
        "Ã©",
        "Ã",
        "\x93",
        "\u00a0",
        "\u00ad",
        "\u200b",
        "\u200d",
        "\u202e",
        "👩",
        "а",
        "o",
        "word",
        "м",
        "\x1b[0m",
        "\x1b",
        "�",
        "٣٤٥٦٧٨٩٠",
        "²³",
        "X1234567L",
        "١",
        "٣.٣.٣.٣",
        "１２３４５６７８９",
    ]
)


@pytest.mark.parametrize("name", TEXT_FIXES)
@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=14).map("".join))
def test_no_text_breaks_a_fix_and_none_is_changed_twice(name, text):
    once = applied(name, SourcedRecord(1, Completion("question", text)))
    if once is not None:
        assert applied(name, once) is once
