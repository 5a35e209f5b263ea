"""Room on the disk has an end, for all and for each: refused before anything is written."""

import gzip
from random import Random

import pytest

from studio.core.errors import Refused
from studio.core.limits import Limits
from studio.services import intake
from studio.services.space import check_space, taken_bytes
from studio.services.studio import Studio
from studio.store.incoming import Arrival
from tests.services.conftest import wait_for, write_table


@pytest.fixture
def shared(home):
    def visit(**limits: float) -> Studio:
        return Studio(home, Limits(**limits)).visited_by("ada")

    return visit


def test_what_a_person_takes_is_told_and_more_than_the_share_is_refused(shared, table, tiny_model_folder):
    ada = shared(disk_mb=1)
    dataset = ada.add_dataset(table, "sums.csv")
    assert 0 < ada.share().disk_bytes < 100_000
    with pytest.raises(Refused, match=r"of the 1\.0 MB that each person has here \d+ kB are left to you"):
        ada.start(ada.plan(dataset.id, model=str(tiny_model_folder), knobs={"rank": 64}))
    assert ada.runs() == ()
    bob = ada.visited_by("bob")
    assert taken_bytes(bob._home) == 0


def test_a_full_share_takes_no_file_no_change_and_no_document_until_something_goes(shared, table, home):
    dataset = shared().add_dataset(table, "sums.csv")
    ada = shared(disk_mb=0.001)
    for ask in (
        lambda: ada.start_upload(table, "more.csv"),
        lambda: ada.add_dataset(table, "more.csv"),
        lambda: ada.start_edit(dataset.id, 2, "prompt", "What?"),
        lambda: ada.edit_cell(dataset.id, 2, "prompt", "What?"),
        lambda: ada.remap(dataset.id, {"prompt": "answer", "completion": "question"}),
    ):
        with pytest.raises(Refused, match=r"are left to you\. Delete a run"):
            ask()
    assert ada.dataset(dataset.id).version == dataset.version
    ada.delete_dataset(dataset.id)
    assert ada.share().disk_bytes == 0


def test_all_together_fill_no_more_than_all_may_however_many_guests_there_are(shared, table):
    ada = shared(all_disk_mb=1)
    dataset = ada.add_dataset(table, "sums.csv")
    left = ada.share().room_bytes
    assert 900_000 < left < 1_000_000
    bob = ada.visited_by("bob")
    assert bob.share().room_bytes == left
    check_space(bob._home, left)
    with pytest.raises(Refused, match=r"of the 1\.0 MB that all have here together \d+ kB are left"):
        check_space(bob._home, left + 1)
    folder = bob._home.incoming.create()
    folder.bring(table, Arrival("sums.csv", "sums", owner="bob"))
    assert ada.share().room_bytes <= left - table.stat().st_size
    folder.remove()
    ada.delete_dataset(dataset.id)
    assert bob.share().room_bytes == 1_000_000


def test_files_on_their_way_are_counted_for_who_brought_them(shared, table):
    ada = shared(disk_mb=1)
    folder = ada._home.incoming.create()
    folder.bring(table, Arrival("sums.csv", "sums", owner="ada"))
    assert ada.share().disk_bytes >= table.stat().st_size
    assert ada.visited_by("bob").share().disk_bytes == 0
    folder.remove()


def test_a_file_that_is_larger_than_one_may_be_is_refused_before_it_is_copied(shared, tmp_path, home):
    large = tmp_path / "large.csv"
    large.write_bytes(b"question,answer\n" + b"a,b\n" * 50_000)
    ada = shared(upload_mb=0.1)
    for ask in (ada.start_upload, ada.add_dataset):
        with pytest.raises(Refused, match="The file has 200 kB, and a file may have 100 kB here"):
            ask(large, "large.csv")
    assert list((home / "datasets").iterdir()) == []


def test_a_file_with_more_rows_than_one_may_have_is_refused_in_words(shared, tmp_path):
    ada = shared(rows=50)
    ada.add_dataset(write_table(tmp_path / "fits.csv", 50), "fits.csv")
    upload = ada.start_upload(write_table(tmp_path / "long.csv", 51), "long.csv")
    wait_for(lambda: ada.upload(upload).state != "reading")
    view = ada.upload(upload)
    assert (view.state, view.error) == (
        "failed",
        "The file has more than 50 rows, which is the most of a file here.",
    )
    assert len(ada.datasets()) == 1


def test_a_full_disk_refuses_whoever_it_is(closed):
    with pytest.raises(Refused, match=r"of disk and .* are free"):
        check_space(closed._home, closed._home.free_bytes() * 2)


def test_a_small_file_that_holds_more_than_there_is_room_for_is_given_up_on_the_way(
    shared, tmp_path, monkeypatch
):
    monkeypatch.setattr(intake, "AT_ONCE_BYTES", 20_000)
    packed = tmp_path / "much.csv.gz"
    words = [Random(number).randbytes(40).hex() for number in range(300)]
    rows = "".join(f"What is {number}?,{' '.join([word] * 15)}\n" for number, word in enumerate(words))
    packed.write_bytes(gzip.compress(f"question,answer\n{rows}".encode()))
    ada = shared(disk_mb=0.1)
    assert packed.stat().st_size < 50_000
    upload = ada.start_upload(packed, "much.csv.gz")
    wait_for(lambda: ada.upload(upload).state != "reading")
    view = ada.upload(upload)
    assert view.state == "failed", view
    assert "are left to you" in view.error, view
    assert taken_bytes(ada._home) == 0
    assert shared(disk_mb=1).add_dataset(packed, "much.csv.gz").report.kept == 300
