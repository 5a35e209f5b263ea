"""A whole curve comes with its words and charts; what is new comes with nothing else."""

from studio.core.yardstick import REWARD
from studio.services.views_of_curves import Points
from studio.ui.points import points_document

POINTS = Points(
    900,
    False,
    ((1, 0.25),),
    ((0, 0.2),),
    REWARD,
    {"kl": ((1, 0.0123456),), "alike": ((1, 0.5),)},
    {"answer_tokens": ((0, 40.0),)},
)


def test_the_whole_curve_says_what_it_is_a_curve_of():
    document = points_document(POINTS, 0)
    assert document["words"]["axis"] == "Reward (higher is better)"
    assert document["words"]["held_out"] == "On held-back questions"
    assert [chart["lines"][0][0] for chart in document["charts"]] == ["kl", "answer_tokens"]


def test_new_points_come_without_words_and_only_those_that_are_drawn():
    document = points_document(POINTS, 300)
    assert "words" not in document
    assert "charts" not in document
    assert document["measures"] == {"kl": {"x": [1], "y": [0.01235]}}
    assert document["checks"] == {"answer_tokens": {"x": [0], "y": [40.0]}}
