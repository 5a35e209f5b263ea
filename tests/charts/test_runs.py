"""Several runs in one figure: nothing of a name is markup, and both axes show the same points."""

from studio.charts.runs import MARKS, MOST_POINTS, RunLines, overlay

LINES = [
    RunLines("one", [(1, 0.5, 3.0), (2, 1.0, 2.5)], [(0, 0.0, 3.2), (2, 1.0, 2.6)]),
    RunLines("<b>two</b> & more", [(1, 2.0, 3.0)], [(0, 0.0, 3.2)]),
]


def test_each_run_has_its_colour_and_its_mark_for_both_its_lines():
    traces = overlay(LINES, "step")["data"]
    assert [trace["meta"] for trace in traces] == ["series-1", "series-1", "series-2", "series-2"]
    assert [trace["marker"]["symbol"] for trace in traces[1::2]] == list(MARKS[:2])
    assert [trace.get("showlegend", True) for trace in traces] == [False, True, False, True]
    assert len(set(MARKS)) == len(MARKS)


def test_the_same_points_stand_over_steps_and_over_seconds():
    steps, seconds = overlay(LINES, "step"), overlay(LINES, "seconds")
    assert [trace["y"] for trace in steps["data"]] == [trace["y"] for trace in seconds["data"]]
    assert steps["data"][1]["x"] == [0, 2]
    assert seconds["data"][1]["x"] == [0, 1]
    assert steps["layout"]["xaxis"]["title"]["text"] != seconds["layout"]["xaxis"]["title"]["text"]


def test_a_name_is_shown_as_it_is_and_a_long_line_is_thinned():
    long = RunLines("n" * 200, [(step, step / 2, 1.0) for step in range(9000)], [])
    figure = overlay([LINES[1], long], "step")
    assert figure["data"][1]["name"] == "&lt;b&gt;two&lt;/b&gt; &amp; more"
    assert len(figure["data"][2]["x"]) <= MOST_POINTS
    assert len(figure["data"][3]["name"]) < 40
