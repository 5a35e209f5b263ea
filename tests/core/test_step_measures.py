"""What is told beside the loss has words, and a share is shown in percent."""

from studio.core.step_measures import step_measure


def test_a_share_is_percent_and_a_part_of_a_reward_is_called_by_its_name():
    assert step_measure("accuracy").said(0.8125) == "81 %"
    assert step_measure("margin").said(-0.5) == "−0.50"
    assert step_measure("reward.exact").title == "exact"
    assert step_measure("reward.exact").said(0.25) == "0.250"
