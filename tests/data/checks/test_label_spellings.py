"""Spellings that mean one label are told from labels that mean two."""

import pytest

from studio.core.records import Labelled, SourcedRecord
from studio.data.checks import Scene
from studio.data.checks.label_spellings import distance, is_slip, slips, spelt_alike
from studio.data.checkup import findings_of


def found(labels):
    rows = [SourcedRecord(row, Labelled(f"text {row}", label)) for row, label in enumerate(labels, 2)]
    return findings_of("label_spellings", rows, Scene())


def test_case_white_space_and_marks_make_no_other_label():
    (finding,) = found(
        ["Positive"] * 20 + ["negative"] * 20 + ["positive", "POSITIVE ", "positive.", "Positive"]
    )
    assert (finding.kind, list(finding.rows), finding.fix) == ("spelling", [42, 43, 44], "merge_labels")
    assert finding.message.startswith("3 labels look like another spelling of one: “positive” for “Positive”")


def test_a_rare_slip_is_found_and_a_frequent_label_is_none():
    (finding,) = found(["negative"] * 60 + ["neutral"] * 40 + ["negativ", "neutarl"])
    assert (finding.kind, list(finding.rows)) == ("slip", [102, 103])
    assert found(["negative"] * 30 + ["negativ"] * 30) == []


def test_clean_labels_raise_nothing():
    assert found(["grade 1", "grade 2", "typical", "atypical", "C", "C++", "C#"] * 10) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("grade 1", "grade 2"), ("typical", "atypical"), ("valid", "invalid"), ("male", "mule"),
     ("regular", "irregular"), ("same", "same"), ("not found", "found"), ("cats", "dogs")],
)  # fmt: skip
def test_another_number_a_negation_or_a_short_word_is_no_slip(one, other):
    assert not is_slip(one, other)


def test_what_is_merged_becomes_the_most_frequent_spelling():
    assert spelt_alike({"b": 1, "B": 5, "b.": 2, "c": 9}) == {"b": "B", "b.": "B"}
    assert spelt_alike({"C": 5, "C++": 5, "C#": 5, "-": 2, "+": 2}) == {}
    assert slips({"negative": 100, "negatve": 2, "positive": 80, "negate": 50}) == {"negatve": "negative"}


def test_the_distance_counts_a_swap_of_neighbours_once():
    assert [distance("abc", other) for other in ("abc", "acb", "ab", "xbc", "", "cab")] == [0, 1, 1, 1, 3, 2]
