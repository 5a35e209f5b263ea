"""A data set of the hub is named by its address, fetched, and read like any file."""

from functools import partial
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.engine.hub_tables import fetch_table
from studio.services import hub_data, uploads
from studio.services.hub_data import HubName, address_of, check_named, name_of, named
from studio.services.studio import Studio
from studio.services.views import Duty
from tests.engine.test_hub import StandIn, served
from tests.engine.test_hub_tables import FILES, parquet
from tests.services.conftest import wait_for


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


@pytest.mark.parametrize(
    "fields", [("table",), ("owner/table", "a/b"), ("owner/table/long", "", "x@y"), ("",)]
)
def test_what_is_no_name_in_the_fields_is_refused_at_once(closed, fields):
    with pytest.raises(Refused, match="no data set of the hub"):
        closed.start_hub_upload(*fields)


def ended(studio, upload):
    wait_for(lambda: studio.upload(upload).state != "reading")
    return studio.upload(upload)


def test_a_data_set_of_the_hub_is_added_with_its_licence(closed, hub):
    assert address_of(" owner/table ", "long", "test") == "hf:owner/table/long@test"
    upload = ended(closed, closed.start_hub_upload(" owner/table "))
    assert (upload.state, upload.name, upload.total_bytes) == ("done", "owner/table (default, train)", 0)
    view = closed.dataset(upload.dataset)
    assert (view.name, view.file_name) == ("owner/table (default, train)", "table default train.parquet")
    assert (view.report.kept, view.report.format) == (21, "pairs")
    meta = closed._home.datasets.folder(view.id).meta()
    assert (meta.licence, meta.hub_id) == ("cc-by-4.0", "owner/table")
    again = ended(closed, closed.start_hub_upload("owner/table", "default", "train"))
    assert again.dataset == view.id


def test_a_download_is_watched_and_given_up(closed, hub, monkeypatch):
    seen = []

    def watched(self, done, total):
        real(self, done, total)
        seen.append(self.view)
        self.given_up.set()

    real = uploads._Upload._fetched
    monkeypatch.setattr(uploads._Upload, "_fetched", watched)
    assert ended(closed, closed.start_hub_upload("owner/table")).state == "stopped"
    assert len(seen) == 1
    assert 0 <= seen[0].fetched_bytes <= seen[0].total_bytes
    wait_for(lambda: not list(closed._home.incoming.path.iterdir()))


def test_what_the_hub_does_not_have_fails_in_words(closed, hub):
    view = ended(closed, closed.start_hub_upload("owner/table", "", "dev"))
    assert (view.state, "no split 'dev'" in view.error) == ("failed", True)
    assert "test, train" in view.hint or "train, test" in view.hint


def test_a_download_that_was_begun_is_taken_up_by_the_next_process(home, hub):
    first = Studio(home)
    folder = first._home.incoming.create()
    folder.expect(hub_data.expected("hf:owner/table@test"))
    folder.leave()  # its process was killed
    second = Studio(home)
    second.open(Duty(takes_home=True, quiet_seconds=60.0, done=lambda: True))
    view = ended(second, folder.id)
    assert (view.state, view.name) == ("done", "owner/table (default, test)")
    second.close()


def test_the_command_lines_address_is_looked_at_and_mapped(closed, hub, home):
    report = check_named(Path("hf:owner/table@train"), {"input": "answer", "output": "question"})
    assert report.first == {"input": "a 100", "output": "q 100"}
    assert closed.datasets() == ()
    with pytest.raises(Refused, match="no split 'dev'"):
        check_named(Path("hf:owner/table@dev"), None)
    with named(Path("hf:owner/table@test"), None) as (path, arrival):
        assert (path.is_file(), arrival.name) == (True, "table default test.parquet")
