"""A run names another by its id as the one that judges; the engine is given its best checkpoint's folder."""

import pytest

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.services.reward_models import with_reward_model
from studio.store.home import Home
from studio.store.runs import RunMeta


def config(**knobs) -> RunConfig:
    return RunConfig("d", "1", objective="grpo", knobs=knobs)


@pytest.fixture
def shop(tmp_path):
    return Home(tmp_path / "home")


def a_run(home: Home, tmp_path, saves: bool = True) -> str:
    """A run on disk that learned to judge, with one saved point."""
    records = tmp_path / "records.jsonl"
    records.write_text("")
    meta = RunMeta("judge", "", 1e9, "pairs", "hash")
    folder = home.runs.create(
        RunConfig("d", "1", objective="reward"), meta, records=records, environment={"version": 1}
    )
    if saves:
        folder.checkpoints.save(4, lambda place: (place / "weights").mkdir(), eval_loss=0.5)
    return folder.id


def test_the_id_of_a_run_or_its_beginning_becomes_its_best_checkpoint(shop, tmp_path):
    run = a_run(shop, tmp_path)
    for name in (run, run[:18]):
        found = with_reward_model(shop, config(reward_model_weight=1.0, reward_model_run=name))
        folder = (tmp_path / "home" / "runs" / run / "checkpoints" / "step-000004").resolve()
        assert found.knobs == {"reward_model_weight": 1.0, "reward_model_run": str(folder)}
        assert with_reward_model(shop, found) == found


@pytest.mark.parametrize("asked", [{}, {"reward_model_run": "gone"}, {"reward_model_weight": 1.0}])
def test_nothing_is_looked_up_where_no_model_judges(shop, asked):
    assert with_reward_model(shop, config(**asked)) == config(**asked)
    pairs = RunConfig("d", "1", objective="dpo", knobs={"dpo_beta": 0.1})
    assert with_reward_model(shop, pairs) is pairs


def test_a_run_that_is_not_there_or_saved_nothing_is_refused(shop, tmp_path):
    with pytest.raises(Refused, match="There is no run 'gone', which is to judge the answers"):
        with_reward_model(shop, config(reward_model_weight=1.0, reward_model_run="gone"))
    run = a_run(shop, tmp_path, saves=False)
    with pytest.raises(Refused, match="Nothing of this run is saved yet"):
        with_reward_model(shop, config(reward_model_weight=1.0, reward_model_run=run))
    two = a_run(shop, tmp_path, saves=False)
    assert run[:8] == two[:8]
    with pytest.raises(Refused, match="2 runs begin with"):
        with_reward_model(shop, config(reward_model_weight=1.0, reward_model_run=run[:8]))


def test_a_run_that_is_started_is_described_by_the_checkpoint(
    closed, home, table, tmp_path, tiny_model_folder
):
    judge = a_run(Home(home), tmp_path)
    dataset = closed.add_dataset(table, table.name)
    knobs = {"reward_model_weight": 1.0, "reward_model_run": judge}
    planned = closed.plan(dataset.id, "quick", model=str(tiny_model_folder), objective="grpo", knobs=knobs)
    run = closed.start(planned)
    asked = Home(home).runs.folder(run).config().knobs["reward_model_run"]
    assert asked == str((home / "runs" / judge / "checkpoints" / "step-000004").resolve())


def test_a_folder_of_a_checkpoint_is_written_so_that_it_is_found_from_anywhere(shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "step-000004").mkdir()
    found = with_reward_model(shop, config(reward_model_weight=1.0, reward_model_run="step-000004"))
    assert found.knobs["reward_model_run"] == str((tmp_path / "step-000004").resolve())


def test_on_a_shared_studio_a_checkpoint_is_one_of_an_own_run(shop, tmp_path):
    ada, bob = shop.owned_by("ada"), shop.owned_by("bob")
    run = a_run(ada, tmp_path)
    asked = config(reward_model_weight=1.0, reward_model_run=run)
    settled = with_reward_model(ada, asked)
    assert with_reward_model(ada, settled) == settled
    for hers in (asked, settled):
        with pytest.raises(Refused, match="There is no run"):
            with_reward_model(bob, hers)
