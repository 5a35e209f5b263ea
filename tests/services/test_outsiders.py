"""What a person of a shared studio may name beside own things."""

from pathlib import Path

import pytest

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.services.outsiders import as_owner, may_open, refuse_folder
from studio.store.home import Home
from studio.store.runs import RunFolder, RunMeta


@pytest.fixture
def shop(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def a_run(home: Home, tmp_path: Path) -> RunFolder:
    (tmp_path / "records.jsonl").write_text("")
    meta = RunMeta("a run", "", 1e9, "sums", "hash")
    made = home.runs.create(
        RunConfig("d", "1"), meta, records=tmp_path / "records.jsonl", environment={"version": 1}
    )
    return home.runs.folder(made.id)


def test_a_folder_of_the_machine_is_named_by_its_own_people_alone(shop: Home, tmp_path: Path) -> None:
    bob = shop.owned_by("bob")
    for place in (str(tmp_path), "/nowhere", "../x"):
        refuse_folder(shop, place)
        with pytest.raises(Refused, match="is not a name on the hub"):
            refuse_folder(bob, place)
    for model in ("starter", "owner/model"):
        refuse_folder(bob, model)


def test_a_checkpoint_is_opened_where_it_is_one_of_an_own_run(shop: Home, tmp_path: Path) -> None:
    ada, bob = shop.owned_by("ada"), shop.owned_by("bob")
    hers = a_run(ada, tmp_path).path / "checkpoints" / "step-000004"
    assert [may_open(home, hers) for home in (shop, ada, bob)] == [True, True, False]
    round_about = a_run(bob, tmp_path).path / ".." / hers.relative_to(shop.runs.path)
    assert not may_open(bob, round_about)


def test_a_job_sees_what_the_owner_of_its_run_sees(shop: Home, tmp_path: Path) -> None:
    hers, own = a_run(shop.owned_by("ada"), tmp_path), a_run(shop, tmp_path)
    assert as_owner(shop, own) is shop
    assert [folder.id for folder in as_owner(shop, hers).runs.all()] == [hers.id]
