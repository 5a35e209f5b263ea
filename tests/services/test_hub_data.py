"""A data set of the hub is named by its address, fetched, and read like any file."""

from functools import partial
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.engine.hub_tables import fetch_table
from studio.services import hub_data
from studio.services.hub_data import HubName, check_named, name_of, named
from tests.engine.test_hub import StandIn, served
from tests.engine.test_hub_tables import FILES, parquet


@pytest.fixture
def hub(monkeypatch, tmp_path):
    files = FILES | {"default/train/0000.parquet": parquet(*range(100, 120))}
    with served(StandIn(files, kind="datasets", name="owner/table")) as stand_in:
        monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
        near = partial(fetch_table, endpoint=stand_in.address, cache=tmp_path / "cache")
        monkeypatch.setattr(hub_data, "fetch_table", near)
        yield stand_in


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("hf:owner/table", HubName("owner/table")),
        ("hf:owner/table/long", HubName("owner/table", "long")),
        ("hf:owner/table@test", HubName("owner/table", "", "test")),
        ("hf:owner/table/long@test", HubName("owner/table", "long", "test")),
    ],
)
def test_an_address_names_a_subset_and_a_split(address, name):
    assert name_of(address) == name


@pytest.mark.parametrize("address", ["hf:", "hf:table", "hf:a/b/c/d", "hf:a/b@", "hf:a/b@c@d"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(Refused, match="no data set of the hub"):
        name_of(address)


def test_a_data_set_of_the_hub_is_added_with_its_licence(closed, hub):
    view = closed.add_hub_dataset(" owner/table ")
    assert (view.name, view.file_name) == ("owner/table (default, train)", "table default train.parquet")
    assert (view.report.kept, view.report.format) == (21, "pairs")
    assert closed._home.datasets.folder(view.id).meta().licence == "cc-by-4.0"
    assert closed.add_hub_dataset("owner/table", "default", "train").id == view.id


def test_the_command_lines_address_is_looked_at_and_mapped(closed, hub, home):
    report = check_named(Path("hf:owner/table@train"), {"input": "answer", "output": "question"})
    assert report.first == {"input": "a 100", "output": "q 100"}
    assert closed.datasets() == ()
    with pytest.raises(Refused, match="no split 'dev'"):
        check_named(Path("hf:owner/table@dev"), None)
    with named(Path("hf:owner/table@test"), None) as (path, arrival):
        assert (path.is_file(), arrival.name) == (True, "table default test.parquet")
