"""Labels become the spelling that is most frequent, or the one that was chosen."""

from studio.core.records import Completion, Conversation, Labelled, Message, SourcedRecord
from studio.data.checks import Seen
from studio.data.fixes import merge_labels

LABELS = ["Positive"] * 30 + ["negative"] * 30 + ["positive ", "negatve"]
ROWS = [SourcedRecord(at, Labelled(f"text {at}", label)) for at, label in enumerate(LABELS)]


def merged(options, rows=ROWS):
    fix = merge_labels.begin(options)
    for index, row in enumerate(rows):
        fix.see(Seen(index, row))
    return [fix.apply(row, True) for row in rows]


def test_what_the_check_found_is_done_where_nothing_else_is_said():
    assert [row.record.label for row in merged({})[-2:]] == ["Positive", "negative"]
    assert [row.record.label for row in merged({"kind": "spelling"})[-2:]] == ["Positive", "negatve"]
    assert [row.record.label for row in merged({"kind": "slip"})[-2:]] == ["positive ", "negative"]


def test_the_options_say_which_label_becomes_which():
    assert [row.record.label for row in merged({"negatve": "neutral"})[-2:]] == ["positive ", "neutral"]


def test_rows_that_need_no_change_stay_the_same_object():
    assert all(after is before for after, before in zip(merged({})[:60], ROWS[:60], strict=True))
    fix = merge_labels.begin({"negatve": "negative"})
    assert fix.apply(ROWS[-1], False) is ROWS[-1]


def test_answers_of_every_kind_are_merged():
    talk = Conversation((Message("user", "q"), Message("assistant", "Yes")))
    rows = [SourcedRecord(1, Completion("q", "Yes")), SourcedRecord(2, talk)]
    first, second = merged({"Yes": "yes"}, rows)
    assert first.record == Completion("q", "yes")
    assert second.record.messages[-1] == Message("assistant", "yes")
