"""The heat map of labels shades by the true label's rows, and stays legible."""

from studio.charts.confusion import confusion_figure
from studio.charts.confusion_counts import counted

PAIRS = [("a", "a")] * 6 + [("a", "b")] * 2 + [("b", "b")] * 3 + [("b", "never true")]


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
