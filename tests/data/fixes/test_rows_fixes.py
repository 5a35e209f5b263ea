"""Fixes that leave rows out: named rows go, others stay the same object."""

import pytest

from studio.core.records import Completion, SourcedRecord
from studio.data.fixes import FIXES

ROW = SourcedRecord(3, Completion("q", "a"))


@pytest.mark.parametrize("name", ["drop", "keep_one"])
def test_named_rows_go_and_the_others_stay_as_they_are(name):
    fix = FIXES[name].begin({})
    assert fix.apply(ROW, True) is None
    assert fix.apply(ROW, False) is ROW
    assert FIXES[name].TITLE
    assert FIXES[name].SUMMARY


def test_keep_one_says_that_the_first_of_a_finding_are_not_to_be_named():
    assert FIXES["keep_one"].KEEPS_THE_FIRST
