"""The chart of the bake-off holds the numbers of the exam, and text that nobody wrote markup into."""

from studio.charts.arms import ArmDot, arms_figure
from studio.core.exam import Score

DOTS = (
    ArmDot("As it is", Score(0.25, 0.125, 0.375), "quiet"),
    ArmDot("Tuned", Score(0.75, 0.5, 0.875), "good"),
)


def test_each_way_is_a_dot_with_both_ends_of_its_interval() -> None:
    figure = arms_figure(DOTS, "Answers", percent=True)
    base, tuned = figure["data"]
    assert (base["x"], base["y"]) == ([0.25], [0])
    assert (tuned["x"], tuned["y"]) == ([0.75], [1])
    assert tuned["error_x"]["array"] == [0.125]
    assert tuned["error_x"]["arrayminus"] == [0.25]
    assert figure["layout"]["yaxis"]["ticktext"] == ["As it is", "Tuned"]


def test_every_interval_lies_within_the_axis_and_a_single_value_has_room_too() -> None:
    low, high = arms_figure(DOTS, "Answers", percent=True)["layout"]["xaxis"]["range"]
    assert low < 0.125
    assert high > 0.875
    point = [ArmDot("As it is", Score(2.0, 2.0, 2.0), "quiet")]
    low, high = arms_figure(point, "Error", percent=False)["layout"]["xaxis"]["range"]
    assert low < 2.0 < high


def test_the_dashed_line_stands_at_the_first_way() -> None:
    (line,) = arms_figure(DOTS, "Answers", percent=True)["layout"]["shapes"]
    assert line["x0"] == line["x1"] == 0.25


def test_ways_are_told_apart_by_colours_of_the_page_and_the_tuned_one_by_its_mark_too() -> None:
    base, tuned = arms_figure(DOTS, "Answers", percent=True)["data"]
    assert (base["meta"], tuned["meta"]) == ("quiet", "good")
    assert base["marker"]["symbol"] != tuned["marker"]["symbol"]


def test_a_fraction_is_said_in_percent_and_a_loss_as_it_is() -> None:
    fraction = arms_figure(DOTS, "Answers", percent=True)["data"][1]["hovertemplate"]
    assert "Tuned: 75 %, 95 % interval 50 % to 88 %" in fraction
    plain = arms_figure([ArmDot("a<b", Score(2.34567, 2.0, 3.0), "good")], "Error", percent=False)
    assert "a&lt;b: 2.346, 95 % interval 2 to 3" in plain["data"][0]["hovertemplate"]
