"""Runs side by side: what differs is named, and none is called better where they were not measured alike."""

from dataclasses import replace

import pytest

from studio.core.errors import Refused
from studio.core.events import Evaluated, RunFinished, StepLogged
from studio.core.yardstick import PAIR, REWARD
from studio.services.ranking_runs import Measured, ranked
from tests.services.conftest import planned, wait_for, write_table
from tests.services.test_runs import STARTED

ONE = Measured("run1", "One", 2.0, 40, 400, ("hash", "12.0", "0"), ("chat",), {})
TWO = replace(ONE, run="run2", name="Two", loss=2.5)


def rows_of(*losses: float) -> dict[int, tuple[float, int]]:
    return {row: (loss, 10) for row, loss in enumerate(losses, start=2)}


def test_the_lower_error_is_ahead_and_a_small_lead_is_none():
    said, best = ranked([TWO, ONE])
    assert (said.headline, best) == ("One is ahead", "run1")
    assert "“One” has the lowest error on held-back rows, 2.000; the next, “Two”, 2.500." in said.sentence
    said, best = ranked([ONE, replace(TWO, loss=2.01)])
    assert (said.headline, best) == ("No clear winner", "run1")


def test_with_the_exams_of_both_the_same_rows_decide():
    better = replace(ONE, row_losses=rows_of(*([1.9, 2.1] * 20)))
    worse = replace(TWO, row_losses=rows_of(*([2.4, 2.6] * 20)))
    said, _ = ranked([better, worse])
    assert said.headline == "A clear winner"
    assert "95 % interval of the difference −0.500 to −0.500, the same 40 rows" in said.sentence
    noisy = replace(TWO, loss=2.1, row_losses=rows_of(*([1.0, 3.2] * 20)))
    assert ranked([better, noisy])[0].headline == "No clear winner"
    other_rows = replace(TWO, row_losses={row + 1: pair for row, pair in worse.row_losses.items()})
    assert ranked([better, other_rows])[0].headline == "One is ahead", "other rows prove nothing"


def test_an_exam_of_few_rows_tells_nothing_and_one_that_says_otherwise_is_told():
    best, second = (
        replace(run, row_losses=rows_of(*([loss] * 20))) for run, loss in ((ONE, 1.0), (TWO, 2.0))
    )
    said, _ = ranked([best, second])
    assert said.headline == "Too few rows to tell"
    assert "may be luck" in said.sentence
    best, second = (
        replace(run, row_losses=rows_of(*([loss] * 40))) for run, loss in ((ONE, 3.0), (TWO, 2.0))
    )
    said, lowest = ranked([best, second])
    assert (said.tone, said.headline, lowest) == ("warning", "No clear winner", ONE.run)
    assert "But the exam puts “Two” ahead (95 % interval of the difference +1.000 to +1.000" in said.sentence
    assert "within chance" not in said.sentence


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"held_back": ("other", "12.0", "0")}, "different held-back rows"),
        ({"objective": ("completion",)}, "learn different things"),
        ({"trained_tokens": 390}, "count different tokens"),
    ],
)
def test_runs_that_were_not_measured_alike_are_not_ranked(change, words):
    said, best = ranked([ONE, replace(TWO, **change)])
    assert (said.tone, said.headline, best) == ("warning", "Not comparable", "")
    assert words in said.sentence


PAIRS = {"yardstick": PAIR, "objective": ("dpo", "dpo_beta=0.1")}
REWARDED = {"yardstick": REWARD, "objective": ("exact_weight=1.0",), "trained_tokens": 40}


def test_losses_of_pairs_are_ranked_only_where_they_are_counted_alike():
    one, two = replace(ONE, **PAIRS), replace(TWO, **PAIRS)
    assert "the lowest loss per pair on held-back pairs, 2.000" in ranked([one, two])[0].sentence
    other = replace(two, objective=("dpo", "dpo_beta=0.5"))
    said, best = ranked([one, other])
    assert (said.headline, best) == ("Not comparable", "")
    assert "in how many pairs each is right" in said.sentence


def test_of_rewards_the_highest_is_ahead_and_only_beyond_chance():
    low, high = replace(ONE, loss=-0.2, **REWARDED), replace(TWO, loss=-0.6, **REWARDED)
    said, best = ranked([low, replace(high, trained_tokens=39)])
    assert (said.headline, best) == ("One is ahead", "run2")
    assert (
        "“Two” has the highest reward on held-back questions, 0.600; the next, “One”, 0.200" in said.sentence
    )
    unsure = [replace(run, standard_error=0.2) for run in (low, high)]
    assert ranked(unsure)[0].headline == "No clear winner"
    paid_otherwise = replace(high, objective=("json_weight=1.0",))
    assert "rewarded for different things" in ranked([low, paid_otherwise])[0].sentence
    assert ranked([replace(ONE, **PAIRS), low])[0].headline == "Not comparable"


def test_few_rows_and_missing_checks_are_told():
    assert ranked([replace(ONE, rows=20), replace(TWO, rows=20)])[0].headline == "Too few rows to tell"
    waiting = replace(TWO, run="run3", name="Three", loss=None, rows=0, trained_tokens=0)
    assert "Not measured yet: Three." in ranked([ONE, TWO, waiting])[0].sentence
    assert ranked([ONE, waiting]) == (ranked([ONE, waiting])[0], "")
    assert ranked([ONE, waiting])[0].headline == "Not known yet"


def finished(closed, config, name, losses):
    """A run as its events tell it: one check before, one after each fifth step."""
    run = closed.start(config, name)
    folder = closed._home.runs.folder(run)
    folder.append(STARTED)
    for place, loss in enumerate(losses):
        if place:
            for step in range(5 * place - 4, 5 * place + 1):
                folder.append(StepLogged(step, loss + 0.1, 9, 9, 0.1, 1.0, 0.5, 7))
        folder.append(Evaluated(5 * place, loss, 90, 40))
    folder.append(RunFinished(5 * (len(losses) - 1), 5, 9.0, 77))
    return run


def test_the_table_of_settings_holds_only_what_differs(closed, table, tiny_model_folder):
    config = planned(closed, table, tiny_model_folder)
    other = replace(config, recipe="quick", knobs={**config.knobs, "rank": 4})
    first, second = (
        finished(closed, config, "first", [3.0, 2.5, 2.0]),
        finished(closed, other, "second", [3.0, 2.9]),
    )
    found = closed.compare_runs([first, second, first])
    assert [each.run.name for each in found.runs] == ["first", "second"]
    assert {line.name: line.values for line in found.differences} == {
        "recipe": ("balanced", "quick"),
        "rank": (str(config.knobs["rank"]), "4"),
    }
    assert {line.label for line in found.differences} == {"Recipe", "Size of the add-on"}
    assert found.best == first
    assert found.runs[0].held_out == ((0, 0.0, 3.0), (5, 2.5, 2.5), (10, 5.0, 2.0))
    assert found.runs[1].training[-1] == (5, 2.5, 3.0)
    assert found.runs[0].run.peak_memory_bytes == 77


def test_runs_of_another_data_set_are_shown_and_not_ranked(closed, table, tmp_path, tiny_model_folder):
    first = finished(closed, planned(closed, table, tiny_model_folder), "first", [3.0, 2.0])
    more = write_table(tmp_path / "more.csv", rows=61)
    second = finished(closed, planned(closed, more, tiny_model_folder), "second", [3.0, 1.0])
    found = closed.compare_runs([first, second])
    assert (found.verdict.headline, found.best) == ("Not comparable", "")
    assert {line.name for line in found.differences} == {"dataset", "rows"}
    for wrong in ([first], [first, first]):
        with pytest.raises(Refused, match="1 runs cannot be set side by side"):
            closed.compare_runs(wrong)


def test_trained_runs_are_ranked_by_their_exams(studio, table, tiny_model_folder):
    runs = [
        studio.start(planned(studio, table, tiny_model_folder, held_out_percent=50.0, **knobs), name)
        for name, knobs in (("slow", {"learning_rate": 1e-6}), ("fast", {}))
    ]
    for run in runs:
        wait_for(lambda run=run: studio.run(run).status == "finished")
        studio.start_exam(run)
        wait_for(lambda run=run: studio.exam(run))
    found = studio.compare_runs(runs)
    assert (found.best, found.verdict.headline) == (runs[1], "A clear winner")
    for each in found.runs:
        assert each.exam.low <= each.exam.value <= each.exam.high
        assert each.result_bytes > 0
        assert [step for step, _, _ in each.training] == list(range(1, 13))
        assert all(
            before[1] < after[1] for before, after in zip(each.training, each.training[1:], strict=False)
        )
