"""What belongs to one person is seen by that person alone, and by the home as a whole."""

import json
from dataclasses import replace

import pytest

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.store.home import Home
from studio.store.runs import RunMeta

CONFIG = RunConfig("data", "version")
META = RunMeta("a run", "", 1_790_000_000.0, "data", "hash")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def made(home, tmp_path):
    """The run that each of two people made."""
    records = tmp_path / "records.jsonl"
    records.write_text('{"row":1}\n')

    def run_of(owner):
        return home.owned_by(owner).runs.create(CONFIG, META, records=records, environment={}).id

    return {owner: run_of(owner) for owner in ("ada", "bob")}


def test_what_a_person_makes_is_that_persons(home, made):
    assert home.runs.folder(made["ada"]).meta() == replace(META, owner="ada")
    assert [run.id for run in home.owned_by("ada").runs.all()] == [made["ada"]]
    assert home.owned_by("ada").owner == "ada"


def test_the_home_as_a_whole_has_everything_and_owns_what_it_makes_itself(home, made):
    assert {run.id for run in home.runs.all()} == set(made.values())
    assert home.owner == "me"
    assert [home.runs.owner_of(made[owner]) for owner in ("ada", "bob")] == ["ada", "bob"]


def test_anothers_id_is_refused_in_the_words_for_one_that_never_was(home, made):
    seen, never = home.owned_by("bob").runs, made["ada"][:-4] + "aaaa"
    for verb in (seen.folder, seen.delete):
        told = []
        for run in (made["ada"], never):
            with pytest.raises(Refused) as refusal:
                verb(run)
            told.append(str(refusal.value).replace(run, "RUN"))
        assert told[0] == told[1]
    assert seen.matching(made["ada"]) == ()
    assert home.runs.has(made["ada"])


@pytest.mark.parametrize("content", ["", "{", '{"name": 3}'])
def test_a_run_whose_owner_cannot_be_read_is_nobodys(home, made, content):
    (home.runs.path / made["ada"] / "meta.json").write_text(content)
    assert not home.owned_by("ada").runs.has(made["ada"])
    assert home.owned_by("ada").runs.all() == ()
    assert home.runs.has(made["ada"]), "whoever keeps the home still sees that it is there"


def test_an_owner_is_read_once(home, made):
    assert home.runs.owner_of(made["ada"]) == "ada"
    meta = home.runs.path / made["ada"] / "meta.json"
    meta.write_text(json.dumps(json.loads(meta.read_text()) | {"owner": "eve"}))
    assert home.owned_by("ada").runs.has(made["ada"])


def test_a_visitor_sees_what_the_worker_does_now_not_what_it_did_when_he_came(home):
    seen = home.owned_by("ada")
    home.take()
    home.tell("run", "It learns.")
    assert seen.holder() == home.holder()
    assert seen.held
    home.release()
    assert seen.holder() is None
