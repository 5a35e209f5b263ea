"""A data set of the hub: its files by subset and split, from the stand-in; refusals name what there is."""

import io

import pyarrow as arrow
import pyarrow.parquet as pq
import pytest

from studio.core.errors import Refused
from studio.data.shards import joined
from studio.engine import hub_tables
from studio.engine.hub_tables import Watcher, fetch_table
from studio.engine.weight_files import Abandoned
from tests.engine.test_hub import COMMIT, StandIn, served


def parquet(*rows):
    table = arrow.table({"question": [f"q {row}" for row in rows], "answer": [f"a {row}" for row in rows]})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


FILES = {
    "default/train/0000.parquet": parquet(1, 2),
    "default/train/0001.parquet": parquet(3),
    "default/test/0000.parquet": parquet(4),
    "long/train/0000.parquet": parquet(5),
    "README.md": b"---\nlicense: cc-by-4.0\n---\n",
}


@pytest.fixture
def hub(monkeypatch):
    with served(StandIn(dict(FILES), kind="datasets", name="owner/table")) as stand_in:
        monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
        yield stand_in


def fetch(hub, cache, *choice):
    return fetch_table("owner/table", *choice, endpoint=hub.address, cache=cache)


def rows(table, folder):
    return pq.read_table(joined(table.files, folder / "joined.parquet")).column("question").to_pylist()


def test_the_usual_subset_and_split_are_taken_whole_and_in_their_order(hub, tmp_path):
    table = fetch(hub, tmp_path)
    assert (table.subset, table.split, table.commit, table.licence) == (
        "default",
        "train",
        COMMIT,
        "cc-by-4.0",
    )
    assert rows(table, tmp_path) == ["q 1", "q 2", "q 3"]
    assert not any("test/" in path or "long/" in path for path in hub.asked)


def test_a_subset_and_a_split_can_be_chosen(hub, tmp_path):
    assert rows(fetch(hub, tmp_path, "", "test"), tmp_path) == ["q 4"]
    assert rows(fetch(hub, tmp_path, "long"), tmp_path) == ["q 5"]


def test_a_watcher_hears_how_many_bytes_of_all_files_are_there(hub, tmp_path):
    told = []
    watcher = Watcher(tell=lambda *bytes_done_and_total: told.append(bytes_done_and_total))
    fetch_table("owner/table", watcher=watcher, endpoint=hub.address, cache=tmp_path)
    sizes = [len(FILES[f"default/train/000{number}.parquet"]) for number in range(2)]
    assert {(sizes[0], sum(sizes)), (sum(sizes), sum(sizes))} <= set(told)
    assert sorted(told) == told


def test_a_watcher_can_stop_it_and_what_is_complete_is_not_fetched_again(hub, tmp_path):
    first = len(FILES["default/train/0000.parquet"])
    done = []
    stopping = Watcher(lambda now, total: done.append(now), lambda: done[-1] > first)
    with pytest.raises(Abandoned):
        fetch_table("owner/table", watcher=stopping, endpoint=hub.address, cache=tmp_path)
    asked = len(hub.asked)
    assert rows(fetch(hub, tmp_path), tmp_path) == ["q 1", "q 2", "q 3"]
    assert not any("train/0000" in path for path in hub.asked[asked:])


@pytest.mark.parametrize(
    ("choice", "sentence", "known"),
    [
        (("short", ""), "no subset 'short'", "default, long"),
        (("", "dev"), "no split 'dev'", "train, test"),
    ],
)
def test_a_choice_that_is_not_there_is_refused_with_those_that_are(hub, tmp_path, choice, sentence, known):
    with pytest.raises(Refused, match=sentence) as caught:
        fetch(hub, tmp_path, *choice)
    assert known in caught.value.hint


def test_several_subsets_without_a_usual_one_are_named(hub, tmp_path):
    hub.files = {"one/train/0000.parquet": parquet(1), "two/train/0000.parquet": parquet(2)}
    with pytest.raises(Refused, match="several subsets") as caught:
        fetch(hub, tmp_path)
    assert "one, two" in caught.value.hint


def test_where_the_hub_made_nothing_the_owners_own_files_are_taken(hub, tmp_path):
    hub.missing_revision = "convert"
    hub.files = {
        "data/train-00001-of-00002.parquet": parquet(2),
        "data/train-00000-of-00002-abc123.parquet": parquet(1),
        "data/test.parquet": parquet(3),
    }
    assert rows(fetch(hub, tmp_path), tmp_path) == ["q 1", "q 2"]


def test_what_is_no_table_too_large_or_not_there_is_refused(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(hub_tables, "MOST_BYTES", 1000)
    with pytest.raises(Refused, match="is the most"):
        fetch(hub, tmp_path)
    hub.files = {"README.md": b"", "rows.csv": b"a,b\n"}
    with pytest.raises(Refused, match="no Parquet files"):
        fetch(hub, tmp_path)
    with pytest.raises(Refused, match="no data set named 'owner/other'"):
        fetch_table("owner/other", endpoint=hub.address, cache=tmp_path)
    hub.gated = True
    with pytest.raises(Refused, match="gated") as caught:
        fetch(hub, tmp_path)
    assert "data set's page" in caught.value.hint
    with pytest.raises(Refused, match="broke off") as caught:
        fetch_table("owner/table", endpoint="http://127.0.0.1:9", cache=tmp_path)
    assert "starter" not in caught.value.hint


def test_files_of_different_columns_are_not_joined(tmp_path):
    (tmp_path / "a.parquet").write_bytes(parquet(1))
    pq.write_table(arrow.table({"other": [1]}), tmp_path / "b.parquet")
    with pytest.raises(Refused, match="do not fit together"):
        joined([tmp_path / "a.parquet", tmp_path / "b.parquet"], tmp_path / "joined.parquet")
