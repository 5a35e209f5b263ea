"""What a run tells beside its loss: in words of its own, and nothing that a model writes is markup."""

from collections.abc import Callable
from dataclasses import replace

from studio.core.events import AnswerSampled
from studio.core.verdict import Verdict
from studio.core.yardstick import PAIR, REWARD
from studio.services.views import RunView
from studio.services.views_of_curves import Told
from studio.services.views_of_runs import ComparedRun, RunsComparison
from studio.ui.navigation import navigation
from studio.ui.panels import runs, told, train
from studio.ui.session import Facts, Session

PAIRS = {
    "yardstick": PAIR,
    "told": (Told("accuracy", 0.9, 0.5, 0.8125), Told("margin", 1.25, 0.0, 0.75)),
    "eval_loss_first": 0.693,
    "eval_loss_best": 0.5,
}
SAMPLES = tuple(
    AnswerSampled(step, f"Question {step}?", f"<b>answer</b> {step}", reward, place)
    for step in (1, 5, 9)
    for reward, place in ((1.0, "best"), (-0.5, "worst"))
)
REWARDED = {
    "yardstick": REWARD,
    "told": (
        Told("kl", 0.125, None, None),
        Told("reward.json", 0.5, 0.1, 0.4),
        Told("reward", 0.6, 0.2, 0.5),
    ),
    "samples": SAMPLES,
    "eval_loss_first": -0.2,
    "eval_loss_best": -0.5,
}


def test_a_run_on_pairs_is_told_in_pairs(run_view: Callable[..., RunView]) -> None:
    run = run_view(**PAIRS)
    shown = train.progress(run)
    assert "50\N{NO-BREAK SPACE}% → 81\N{NO-BREAK SPACE}%" in shown
    assert "loss per pair on held-back pairs" in shown
    assert "Loss per pair on held-back pairs 0.693 → 0.500" in runs.runs([run], "", ())
    assert "Loss per pair 0.693 → 0.500" in navigation(Facts(Session("train", run="run1"), None, run, (run,)))


def test_a_run_on_a_reward_shows_rewards_and_never_minus_them(run_view: Callable[..., RunView]) -> None:
    shown = train.progress(run_view(**REWARDED))
    assert "0.200 → 0.500" in shown
    assert "reward on held-back questions" in shown
    assert "0.125" in shown


def test_every_measure_stands_in_the_table_the_parts_behind_the_reward(
    run_view: Callable[..., RunView],
) -> None:
    table = told.measures(run_view(**REWARDED))
    assert table.index("Reward<small>") < table.index("Valid JSON") < table.index("Distance gone")
    assert '<td data-label="Held back, best">0.400</td>' in table
    assert '<td data-label="Held back, first">–</td>' in table
    assert told.measures(run_view()) == ""


def test_the_newest_answers_are_shown_and_those_before_them_folded(run_view: Callable[..., RunView]) -> None:
    run = run_view(**REWARDED)
    newest, earlier = told.newest_samples(run), told.earlier_samples(run)
    assert "Tries of step 9" in newest
    assert "&lt;b&gt;answer&lt;/b&gt; 9" in newest
    assert "reward −0.50" in newest
    assert "<b>" not in newest + earlier
    assert earlier.index("Step 5") < earlier.index("Step 1")
    assert told.earlier_title(run) == "What it wrote before (2 of its steps)"


def test_an_empty_answer_is_called_one(run_view: Callable[..., RunView]) -> None:
    run = run_view(samples=(AnswerSampled(3, "Why?", " \n", 0.0, "worst"),))
    assert "It wrote nothing." in told.newest_samples(run)
    assert told.newest_samples(run_view()) == ""
    assert told.earlier_samples(run_view()) == ""


def test_runs_side_by_side_have_a_column_for_pairs_told_apart_and_the_distance_gone(
    run_view: Callable[..., RunView],
) -> None:
    both = [ComparedRun(run_view(**made), ((1, 0.5, 0.6),), (), None, 0) for made in (PAIRS, REWARDED)]
    alike = RunsComparison((both[0], both[0]), (), Verdict("good", "One is ahead", "By far."), "run1")
    html = runs.side_by_side(alike, "step")
    assert '<th scope="col">Loss per pair on held-back pairs</th>' in html
    assert '<td data-label="Better answer ahead">81\N{NO-BREAK SPACE}%</td>' in html
    assert "Loss per pair (lower is better)" in html
    assert "lowest" in html
    mixed = runs.side_by_side(replace(alike, runs=tuple(both)), "step")
    assert "Each on a scale of its own" in mixed
    assert '<td data-label="Distance gone">0.125</td>' in mixed
    assert "<small>reward</small>" in mixed
