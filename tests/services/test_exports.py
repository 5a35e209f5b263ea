"""An export that is there stays there until a newer one has passed; its zip is its own."""

import contextlib
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest

from studio.core.errors import Refused, StudioError
from studio.core.events import RunFinished, RunStarted
from studio.exporters import publish
from studio.exporters.job import Exported, ExportedFile, Parity
from studio.services import exports
from studio.services.queue import Task
from studio.services.training import Signals
from studio.store.files import STAGING, digest
from studio.store.token_cache import TokenCache
from tests.services.conftest import planned

STARTED = RunStarted("worker", 0, 10, 50, 6, 1_000, 90_000, "cpu", "float32", (), "hash")
USAGE = namedtuple("USAGE", "total used free")


@pytest.fixture
def folder(closed, table, tiny_model_folder):
    """A finished run with one saved point, at step 10."""
    run = closed._home.runs.folder(closed.start(planned(closed, table, tiny_model_folder)))
    for event in (STARTED, RunFinished(10, 10, 1.0, 1)):
        run.append(event)
    save(run, 10, 2.0)
    return run


def save(run, step, loss):
    run.checkpoints.save(step, lambda staged: (staged / "file").write_text("w"), eval_loss=loss)


@pytest.fixture
def make(closed, folder, tmp_path, monkeypatch):
    """Make an export of this content and step; `how` is what becomes of it."""

    def made(content, step=10, how=None):
        def export(kind, job, target, *, progress, should_stop):
            if how is not None:
                return how(target)
            target.mkdir(parents=True)
            (target / "model").write_text(content)
            file = ExportedFile("model", len(content), digest(target / "model"))
            return Exported(kind, target, (file,), Parity(1, 1, 0.0, True))

        monkeypatch.setattr(exports, "export", export)
        monkeypatch.setattr(exports, "_job", lambda *_: SimpleNamespace(step=step))
        cache = TokenCache(tmp_path / "tokens")
        signals = Signals("worker", print, lambda: False, lambda: None, cache)
        exports.make(
            closed._home, Task(0.0, folder, "export adapter", folder.requests.add("export adapter")), signals
        )

    return made


def content_of(zipped: Path) -> bytes:
    with zipfile.ZipFile(zipped) as whole:
        return whole.read("adapter/model")


def stopped(target):
    return None


def fails(target):
    raise StudioError("The exported files do not answer.", "Report it.")


class Killed(BaseException):
    pass


def killed(target):
    target.mkdir()
    raise Killed


@pytest.mark.parametrize(("how", "raised"), [(stopped, ()), (fails, StudioError), (killed, Killed)])
def test_whatever_becomes_of_the_new_export_the_old_one_is_still_there(closed, folder, make, how, raised):
    make("old")
    before = closed.exports(folder.id)
    with contextlib.suppress(raised):
        make("new", how=how)
    assert closed.exports(folder.id) == before
    assert content_of(closed.export_path(folder.id, "adapter")) == b"old"
    make("new")
    assert content_of(closed.export_path(folder.id, "adapter")) == b"new"
    kept = {path.suffix for path in (folder.path / "exports").iterdir()}
    assert (kept, len(list((folder.path / "exports").iterdir()))) == ({"", ".json", ".zip"}, 3)


def test_a_download_during_a_new_export_never_passes_the_old_files_for_the_new(
    closed, folder, make, monkeypatch
):
    make("old")
    real = zipfile.ZipFile.write

    def made_again_meanwhile(whole, *arguments):
        monkeypatch.setattr(zipfile.ZipFile, "write", real)
        real(whole, *arguments)
        make("new")

    monkeypatch.setattr(zipfile.ZipFile, "write", made_again_meanwhile)
    closed.export_path(folder.id, "adapter")
    assert content_of(closed.export_path(folder.id, "adapter")) == b"new"


def test_a_download_whose_files_are_replaced_under_it_gives_the_new_ones(closed, folder, make, monkeypatch):
    make("old")
    real = zipfile.ZipFile.write

    def replaced_first(whole, *arguments):
        monkeypatch.setattr(zipfile.ZipFile, "write", real)
        make("new")
        real(whole, *arguments)

    monkeypatch.setattr(zipfile.ZipFile, "write", replaced_first)
    assert content_of(closed.export_path(folder.id, "adapter")) == b"new"


def test_an_export_of_a_point_that_is_no_longer_the_best_says_so(closed, folder, make):
    make("old")
    (view,) = closed.exports(folder.id)
    assert (view.step, view.earlier) == (10, False)
    save(folder, 20, 1.0)
    (view,) = closed.exports(folder.id)
    assert (view.step, view.earlier) == (10, True)


@pytest.mark.parametrize("kind", ["adapter", "merged", "code"])
def test_an_export_that_the_disk_cannot_hold_is_refused_before_it_begins(closed, folder, monkeypatch, kind):
    needed = 2 * closed.export_sizes(folder.id)[kind]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: USAGE(1, 1, needed - 1))
    with pytest.raises(Refused, match="of disk and"):
        closed.start_export(folder.id, kind)
    assert folder.requests.all() == ()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: USAGE(1, 1, needed))
    assert closed.start_export(folder.id, kind)


def test_a_download_that_the_disk_cannot_hold_is_refused(closed, folder, make, monkeypatch):
    make("files")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: USAGE(1, 1, 4))
    with pytest.raises(Refused, match="of disk and"):
        closed.export_path(folder.id, "adapter")


def test_what_a_killed_export_leaves_is_known_to_the_sweep():
    assert publish.STAGING == STAGING


@pytest.mark.parametrize("what", ["new", "empty", "here", "link", "deep", "dangling"])
def test_an_export_is_copied_into_whatever_empty_folder_is_meant(
    closed, folder, make, tmp_path, monkeypatch, what
):
    make("weights")
    real = tmp_path / "out"
    target = {"link": tmp_path / "link", "dangling": tmp_path / "link", "here": Path(".")}.get(what, real)
    if what == "deep":
        target = real = real / "a" / "b"
    if what in ("empty", "here", "link"):
        real.mkdir()
    if what in ("link", "dangling"):
        target.symlink_to(real)
    if what == "here":
        monkeypatch.chdir(real)
    before = real.stat().st_ino if real.exists() else None
    closed.start_export(folder.id, "adapter", target)
    found = closed.copy_export(folder.id, "adapter", target)
    assert found.path == str(real)
    assert [path.name for path in real.iterdir()] == ["model"]
    assert before in (None, real.stat().st_ino)
    assert target.is_symlink() == (what in ("link", "dangling"))


@pytest.mark.parametrize("name", ["file/out", "n" * 300, "loop", "/proc/out"])
def test_a_target_that_cannot_be_written_is_refused_before_the_export(closed, folder, tmp_path, name):
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(Refused, match=r"cannot be written|not an empty folder"):
        closed.start_export(folder.id, "adapter", tmp_path / name)
    assert folder.requests.all() == ()


def test_a_copy_that_fails_leaves_the_users_folder_empty(closed, folder, make, tmp_path, monkeypatch):
    make("weights")
    target = tmp_path / "out"
    target.mkdir()

    def full(source, target, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(StudioError, match="No space left"):
        closed.copy_export(folder.id, "adapter", target)
    assert list(target.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", '{"version": 1}', '{"version": 1, "files": 3}'])
def test_a_damaged_note_of_an_export_is_named(closed, folder, make, content):
    make("weights")
    (folder.path / "exports" / "adapter.json").write_text(content)
    with pytest.raises(StudioError, match=r"adapter\.json .*export again"):
        closed.exports(folder.id)
