"""A dataset's report keeps its sum and survives its JSON form."""

import json

import pytest

from studio.core.report import ROWS_NAMED, DatasetReport, Issue, Lengths, from_dict, to_dict, verdict_on

REPORT = DatasetReport(
    "note", "csv", "pairs", 10, 8, 2, ("q", "a"), {"input": "q"}, {"input": "x"}, Lengths(5, 9, 512, 0, 0),
    (Issue.of_rows("incomplete", "warning", (3, 7), "two rows", "fill them in"),),
    {"distinct_questions": 0.93}, {"lengths": {"counts": [1, 2]}},
)  # fmt: skip


def test_a_report_survives_json():
    assert from_dict(json.loads(json.dumps(to_dict(REPORT)))) == REPORT


def test_rows_that_are_neither_kept_nor_set_aside_cannot_be_reported():
    with pytest.raises(AssertionError):
        DatasetReport("accept", "csv", "pairs", 10, 8, 1)


def test_an_issue_counts_all_rows_and_names_the_first_thousand():
    issue = Issue.of_rows("c", "note", tuple(range(1, 5000)), "m", "h")
    assert issue.count == 4999
    assert len(issue.rows) == ROWS_NAMED


def test_a_report_from_before_there_were_kinds_and_charts_is_still_read():
    document = to_dict(REPORT)
    del document["figures"], document["charts"], document["issues"][0]["kind"], document["lengths"]["sampled"]
    old = from_dict(json.loads(json.dumps(document)))
    assert (old.figures, old.charts, old.issues[0].kind, old.lengths.sampled) == ({}, {}, "", False)


def test_advice_on_how_many_rows_would_help_leaves_the_verdict_alone():
    advice, finding = (Issue(check, "warning", 12, (), "m", "h") for check in ("few_judged", "duplicates"))
    assert verdict_on([]) == verdict_on([advice]) == "accept"
    assert verdict_on([advice, finding]) == "note"
