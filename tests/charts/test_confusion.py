"""The heat map of labels counts each row once, shades by the true label's rows, and stays legible."""

from studio.charts.confusion import MOST_LABELS, OTHERS, confusion_figure, counted

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


def test_a_cells_shade_is_its_share_of_the_rows_of_its_true_label():
    figure = confusion_figure(*counted(PAIRS), "good")
    (map_,) = figure["data"]
    assert map_["z"] == [[0.75, 0.25, 0], [0, 0.75, 0.25], [0, 0, 0]]
    assert map_["text"] == [["6", "2", ""], ["", "3", "1"], ["", "", ""]]
    assert (map_["zmin"], map_["zmax"], map_["meta"]) == (0, 1, "good")
    assert figure["layout"]["yaxis"]["autorange"] == "reversed", "the first label stands on top"


def test_a_label_that_looks_like_html_is_drawn_as_text():
    figure = confusion_figure(*counted([("<b>x</b>", "<b>x</b>")]), "good")
    assert "<b>" not in str(figure["data"][0]["customdata"])
    assert figure["layout"]["xaxis"]["ticktext"] == ["&lt;b&gt;x&lt;/b&gt;"]
