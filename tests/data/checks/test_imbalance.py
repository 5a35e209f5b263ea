"""Rare labels are named and drawn; answers in prose are no labels."""

from studio.core.records import Labelled, SourcedRecord
from studio.data.checks import Scene, Seen, imbalance
from studio.data.checkup import findings_of


def rows(labels):
    return [SourcedRecord(row, Labelled(f"text {row}", label)) for row, label in enumerate(labels, 2)]


def test_a_label_with_a_tenth_of_the_rows_of_another_is_rare():
    (finding,) = findings_of("imbalance", rows(["good"] * 80 + ["bad"] * 8 + ["fair"] * 30), Scene())
    assert finding.message == "1 label is rare beside “good” (80 rows): “bad” (8)."
    assert (finding.severity, finding.count) == ("note", 8)


def test_labels_of_similar_weight_and_answers_in_prose_raise_nothing():
    assert findings_of("imbalance", rows(["good", "bad"] * 20), Scene()) == []
    assert findings_of("imbalance", rows([f"answer {at}" for at in range(100)]), Scene()) == []


def test_the_chart_counts_the_labels_that_are_drawn_and_sums_up_the_rest():
    watch = imbalance.begin(Scene())
    for index, sourced in enumerate(rows([f"label {at % 60}" for at in range(600)])):
        watch.see(Seen(index, sourced))
    chart = imbalance.chart(watch)
    assert (len(chart["labels"]), chart["rows"][0], chart["others"]) == (50, 10, 100)
    assert imbalance.chart(imbalance.begin(Scene())) == {}
