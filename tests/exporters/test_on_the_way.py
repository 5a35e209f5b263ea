"""A run's own figures are told in its own words: pairs and rewards where it learned from them."""

from studio.exporters import on_the_way
from tests.core.simulated import checks, folded, of_pairs, step

REWARDED = folded(
    [
        *(step(number, reward=0.1 * number, kl=0.01 * number) for number in range(1, 11)),
        *checks([0.2, 0.75], distinct=0.5),
    ]
)


def test_a_reward_is_told_as_a_reward_and_never_as_minus_one():
    assert on_the_way.curve_in_words(REWARDED).startswith(
        "On its examples the reward went from 0.100 to 1.000; on held-back questions it was 0.200 at step 0; "
        "the highest after that was 0.750, at step 10. Higher is better."
    )
    (said,) = on_the_way.point_used(REWARDED, 10)
    assert "went from 0.20 to 0.75 at step 10, 0.100 nats per token away" in said


def test_the_point_that_is_handed_over_is_the_one_that_is_told():
    pairs = of_pairs(lambda part: 0.5 + 0.3 * part, seed=2, held_out=lambda part: 0.5 + 0.3 * part)
    (said,) = on_the_way.point_used(pairs, 20)
    assert "at step 20. It puts the better answer ahead in " in said
    assert on_the_way.point_used(pairs, 33) == ()
