"""Placeholders are the same for the same value in the whole data set, and never taken twice."""

from studio.core.records import Completion, SourcedRecord
from studio.data.checks import Seen
from studio.data.fixes import redact

ROWS = [
    ("Write to ann@example.org", "or bob@example.org"),
    ("Is it Ann@Example.org?", "Call +49 30 901820 or (+49) 30 901820"),
]


def answers(rows: list[tuple[str, str]], **options: str) -> list[tuple[str, str]]:
    records = [SourcedRecord(row, Completion(*pair)) for row, pair in enumerate(rows, 1)]
    fix = redact.begin(options)
    for index, sourced in enumerate(records):
        fix.see(Seen(index, sourced))
    changed = [fix.apply(sourced, True).record for sourced in records]
    return [(record.prompt, record.completion) for record in changed]


def test_the_same_value_gets_the_same_placeholder_in_the_order_of_the_file():
    assert answers(ROWS) == [
        ("Write to [EMAIL_1]", "or [EMAIL_2]"),
        ("Is it [EMAIL_1]?", "Call [PHONE_1] or [PHONE_1]"),
    ]
    assert answers(ROWS) == answers(ROWS)


def test_only_the_kind_that_was_asked_for_is_replaced():
    assert answers(ROWS, kind="phone")[1] == ("Is it Ann@Example.org?", "Call [PHONE_1] or [PHONE_1]")


def test_numbers_that_stand_in_the_data_already_are_not_given_again():
    assert answers([("ann@example.org", "[EMAIL_4] wrote")]) == [("[EMAIL_5]", "[EMAIL_4] wrote")]
