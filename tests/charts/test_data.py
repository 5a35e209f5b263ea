"""The charts of a data set."""

import json

import pytest

from studio.charts.data import (
    LABELS_SHOWN,
    findings_figure,
    labels_figure,
    languages_figure,
    lengths_figure,
    shortened,
)
from studio.core.report import Issue

LENGTHS = {"bar_tokens": 20, "counts": [1, 5, 9, 2], "limit_tokens": 50, "sampled": False}


def test_the_limit_is_drawn_in_and_what_lies_beyond_it_stands_out() -> None:
    figure = json.loads(json.dumps(lengths_figure(LENGTHS)))
    assert figure["layout"]["shapes"][0]["x0"] == 50
    within, beyond = figure["data"]
    assert (within["meta"], within["y"]) == ("good", [1, 5, 9])
    assert (beyond["meta"], beyond["y"]) == ("bad", [2])
    assert figure["layout"]["xaxis"]["range"][1] > 80


def test_a_limit_far_beyond_the_longest_is_in_the_picture() -> None:
    figure = lengths_figure({**LENGTHS, "limit_tokens": 512})
    assert len(figure["data"]) == 1
    assert figure["layout"]["xaxis"]["range"][1] > 512


def test_labels_beyond_the_first_are_summed_up() -> None:
    rows = list(range(30, 0, -1))
    figure = labels_figure({"labels": [f"l{row}" for row in rows], "rows": rows, "others": 7})
    shown, others = figure["data"]
    assert shown["x"] == rows[:LABELS_SHOWN]
    assert others["x"] == [sum(rows[LABELS_SHOWN:]) + 7]
    assert figure["layout"]["yaxis"]["ticktext"][-1] == "all others"


def test_a_label_is_text_whatever_it_holds() -> None:
    label = '<a href="https://evil">007</a>'
    figure = json.dumps(labels_figure({"labels": [label, "007"], "rows": [2, 1], "others": 0}))
    assert "<a" not in figure, "Plotly draws links of such a text"
    assert "&lt;a" in figure


@pytest.mark.parametrize(("severity", "colour"), [("error", "bad"), ("warning", "accent"), ("note", "quiet")])
def test_a_finding_has_the_colour_of_its_gravity(severity: str, colour: str) -> None:
    issue = Issue("duplicates", severity, 7, (1, 2), "m", "h")
    (trace,) = findings_figure([("Exact copies", issue)])["data"]
    assert (trace["meta"], trace["x"], trace["text"]) == (colour, [7], ["7"])


def test_the_most_frequent_finding_is_on_top() -> None:
    few, many = (Issue("a", "note", rows, (1,), "m", "h") for rows in (2, 9))
    figure = findings_figure([("few", few), ("many", many)])
    assert figure["layout"]["yaxis"]["ticktext"] == ["many", "few"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low > high, "the first bar is the upper one"


def test_a_long_name_is_one_short_line() -> None:
    assert len(shortened("word\n" * 40)) <= 26


def test_languages_are_drawn_for_each_side_and_the_most_frequent_stands_out() -> None:
    figure = languages_figure({"questions": {"English": 9}, "answers": {"German": 8, "French": 1}})
    assert figure["layout"]["yaxis"]["ticktext"] == [
        "English, questions",
        "German, answers",
        "French, answers",
    ]
    assert [(trace["meta"], trace["x"]) for trace in figure["data"]] == [("good", [9, 8]), ("accent", [1])]


def test_rare_languages_are_summed_up() -> None:
    figure = languages_figure({"texts": {f"l{at}": 20 - at for at in range(9)}})
    assert figure["layout"]["yaxis"]["ticktext"][-2:] == ["l5", "all others"]
    assert figure["data"][-1]["x"][-1] == 14 + 13 + 12
