"""Each row is counted once, and rare labels stand together."""

from studio.charts.confusion_counts import MOST_LABELS, OTHERS, counted

PAIRS = [("a", "a")] * 6 + [("a", "b")] * 2 + [("b", "b")] * 3 + [("b", "never true")]


def test_each_row_is_counted_once_where_its_true_label_meets_the_given_one():
    labels, cells = counted(PAIRS)
    assert labels == ["a", "b", "never true"]
    assert cells == [[6, 2, 0], [0, 3, 1], [0, 0, 0]]


def test_the_order_does_not_depend_on_what_was_given():
    ours, theirs = ([("b", given), ("a", "a"), ("c", "c")] for given in "cb")
    assert counted(ours)[0] == counted(theirs)[0] == ["a", "b", "c"]


def test_of_many_labels_the_rare_ones_stand_together_and_no_row_is_lost():
    pairs = [(f"label {number}", f"label {number}") for number in range(30) for _ in range(30 - number)]
    labels, cells = counted(pairs)
    assert len(labels) == MOST_LABELS + 1
    assert labels[-1] == OTHERS
    assert sum(map(sum, cells)) == len(pairs)
