"""The small charts: one for each measure, one for all parts of a reward, nothing of a name is markup."""

from studio.charts.measures import CHARTED, MOST_PARTS, charted, measure_charts
from studio.core.step_measures import STEP_MEASURES

REWARDED = ("reward", "reward.exact", "reward.json", "spread", "kl", "entropy", "answer_tokens", "failed")


def test_pairs_have_a_chart_for_their_accuracy_and_one_for_their_margin():
    accuracy, margin = measure_charts(("accuracy", "margin"), {})
    assert accuracy["title"] == "Better answer ahead"
    assert accuracy["lines"] == [["accuracy", False], ["accuracy", True]]
    assert accuracy["layout"]["yaxis"]["tickformat"] == ".0%"
    assert margin["layout"]["yaxis"]["tickformat"] == ""


def test_the_parts_of_a_reward_share_a_chart_and_the_reward_has_the_large_one():
    parts, *others = measure_charts(REWARDED, {"reward.json": "Valid <JSON>"})
    assert [trace["name"] for trace in parts["data"]] == ["exact", "Valid &lt;JSON&gt;"]
    assert [trace["meta"] for trace in parts["data"]] == ["series-1", "series-2"]
    assert [chart["lines"][0][0] for chart in others] == ["spread", "kl", "entropy", "answer_tokens"]


def test_a_reward_of_one_part_needs_no_chart_of_its_parts():
    assert measure_charts(("reward", "reward.exact"), {}) == []
    assert charted(("reward", "reward.exact")) == ()


def test_only_what_is_drawn_is_sent_and_all_that_is_drawn_has_words():
    assert charted(REWARDED) == ("reward.exact", "reward.json", "spread", "kl", "entropy", "answer_tokens")
    assert set(CHARTED) <= set(STEP_MEASURES)
    many = charted([f"reward.part{place}" for place in range(9)])
    assert len(many) == MOST_PARTS
