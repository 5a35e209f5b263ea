"""What more rows buy is said as a rule of thumb, and not where there are enough."""

from studio.data.more_rows import more_rows


def test_twice_the_rows_leave_fewer_mistakes_and_a_sharper_exam():
    assert more_rows(100, 12) == (
        "As a rule of thumb, 200 rows in place of 100 leave about 13% fewer mistakes, and the exam tells "
        "a share to within ±20 points instead of ±28."
    )


def test_where_there_are_enough_rows_or_none_nothing_is_said():
    assert more_rows(1000, 12) == more_rows(0, 12) == ""
