"""A run goes to the hub: the finished export, in a job with stop and words; its token is written nowhere."""

import io
import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from studio.cli import main
from studio.core.console import DONE, FAILED, REFUSED
from studio.core.errors import Refused, StudioError
from studio.core.keys import Key
from studio.services import pushing
from studio.services.pushing import Push, checked_repository
from studio.services.studio import Studio
from studio.services.views import Duty, JobView
from tests.engine.taking_hub import STAND_STILL, TOKEN, Fault, TakingHub, standing
from tests.services.conftest import ended, job_ended, planned, wait_for, write_table

PUSH = Push("adapter", "me/tuned")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> tuple[Path, str]:
    """A home with one short run and its adapter, to be copied."""
    folder = tmp_path_factory.mktemp("pushed")
    studio = Studio(folder / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    table = write_table(folder / "sums.csv")
    run = studio.start(planned(studio, table, tiny_model_folder, steps=2, evaluations=1))
    assert ended(studio, run) == "finished"
    assert job_ended(studio, run, studio.start_export(run, "adapter")) == "finished"
    studio.close()
    return folder / "home", run


@pytest.fixture
def resting(trained: tuple[Path, str], home: Path) -> tuple[Studio, str]:
    """A studio on a home with one short run, where nobody works yet."""
    shutil.copytree(trained[0], home)
    return Studio(home), trained[1]


@pytest.fixture
def working(resting: tuple[Studio, str]) -> Iterator[tuple[Studio, str]]:
    studio, run = resting
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    yield studio, run
    studio.close()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TakingHub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    with standing(TakingHub()) as taking:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", taking.address)
        yield taking


def last_job(studio: Studio, run: str) -> JobView:
    return studio.run(run).jobs[-1]


def test_the_very_files_of_the_export_arrive_with_their_card_and_the_link_is_kept(
    working: tuple[Studio, str], hub: TakingHub
) -> None:
    studio, run = working
    (job,) = studio.start_push(run, PUSH, Key(TOKEN))
    assert job_ended(studio, run, job) == "finished", last_job(studio, run)
    (view,) = [each for each in studio.exports(run) if each.kind == "adapter"]
    made = hub.repositories["me/tuned"]
    assert made.private
    assert made.files == {file.name: (Path(view.path) / file.name).read_bytes() for file in view.files}
    assert "fine-tuning-studio" in made.tags
    (sent,) = studio.pushed(run)
    assert (sent.address, sent.private, sent.step) == (f"{hub.address}/me/tuned", True, view.step)
    assert made.commits == [f"Add-on (adapter), weights of step {view.step}"]


def test_the_token_is_in_no_byte_written_and_in_no_word_said(
    working: tuple[Studio, str], hub: TakingHub, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    studio, run = working
    caplog.set_level(logging.INFO)
    hub.faults = [Fault("commit", 403, said=f"{TOKEN} may not"), Fault("PUT")]
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        (job,) = studio.start_push(run, PUSH, Key(TOKEN))
        assert job_ended(studio, run, job) == "failed"
        assert "*** may not" in last_job(studio, run).message
        (job,) = studio.start_push(run, PUSH, Key(TOKEN))
        assert job_ended(studio, run, job) == "finished"
    words = f"{said.getvalue()}{caplog.text}{studio.runs()}{studio.run(run)}{studio.pushed(run)}"
    assert TOKEN not in words
    written = [path for path in home.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert written == []


def test_an_export_that_is_not_made_yet_is_made_first(working: tuple[Studio, str], hub: TakingHub) -> None:
    studio, run = working
    jobs = studio.start_push(run, Push("merged", "me/whole", private=False), Key(TOKEN))
    assert [job_ended(studio, run, job) for job in jobs] == ["finished", "finished"]
    assert [job.kind for job in studio.run(run).jobs][-2:] == ["export merged", "export hub"]
    assert "model.safetensors" in hub.repositories["me/whole"].files
    assert not hub.repositories["me/whole"].private


def test_what_was_changed_on_disk_is_not_sent(working: tuple[Studio, str], hub: TakingHub) -> None:
    studio, run = working
    (view,) = studio.exports(run)
    (Path(view.path) / "README.md").write_text("altered")
    (job,) = studio.start_push(run, PUSH, Key(TOKEN))
    assert job_ended(studio, run, job) == "failed"
    assert "damaged on disk: README.md" in last_job(studio, run).message
    assert hub.asked == []


def test_a_stop_ends_it_within_a_file_and_sending_again_goes_on(
    working: tuple[Studio, str], hub: TakingHub
) -> None:
    studio, run = working
    hub.faults = [Fault("PUT", status=500, said=STAND_STILL)]
    (job,) = studio.start_push(run, PUSH, Key(TOKEN))
    wait_for(lambda: last_job(studio, run).message.startswith("Sending adapter_model"))
    studio.stop_job(run, job)
    assert job_ended(studio, run, job) == "stopped"
    hub.may_go_on.set()
    assert (hub.repositories["me/tuned"].commits, studio.pushed(run)) == ([], ())
    (job,) = studio.start_push(run, PUSH, Key(TOKEN))
    assert job_ended(studio, run, job) == "finished"


def test_the_command_line_sends_with_the_token_of_the_environment_and_prints_the_link(
    resting: tuple[Studio, str],
    hub: TakingHub,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, run = resting
    words = ["--home", str(home), "--json", "export", run, "--as", "hub", "--to"]
    assert main([*words, "me"]) == REFUSED
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    capsys.readouterr()
    assert main([*words, "me/tuned", "--public"]) == DONE
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert (document["url"], document["of"]) == (f"{hub.address}/me/tuned", "adapter")
    assert not document["private"]
    assert TOKEN not in said.out + said.err
    hub.faults = [Fault("preupload", 403)]
    assert main([*words, "me/tuned", "--of", "adapter", "--public"]) == FAILED
    assert "may not write to me/tuned" in json.loads(capsys.readouterr().out)["error"]


def test_the_machines_own_token_is_used_where_none_is_entered(
    working: tuple[Studio, str], hub: TakingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, run = working
    with pytest.raises(Refused, match="A token of the hub is needed"):
        studio.start_push(run, PUSH, Key())
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    (job,) = studio.start_push(run, PUSH, Key())
    assert job_ended(studio, run, job) == "finished"


def test_another_person_of_the_studio_cannot_use_the_token_of_the_machine_nor_see_what_was_sent(
    resting: tuple[Studio, str], hub: TakingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, run = resting
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    folder = studio._home.runs.folder(run)
    folder.write_meta(replace(folder.meta(), owner="guest"))
    guest = studio.visited_by("guest")
    with pytest.raises(Refused, match="is its owner's"):
        guest.start_push(run, PUSH, Key())
    stranger = studio.visited_by("stranger")
    with pytest.raises(Refused, match="There is no run"):
        stranger.pushed(run)
    with pytest.raises(Refused, match="There is no run"):
        stranger.start_push(run, PUSH, Key(TOKEN))
    assert guest.start_push(run, PUSH, Key(TOKEN))


def test_a_token_is_not_known_to_the_next_process_which_says_so(
    resting: tuple[Studio, str], hub: TakingHub, home: Path
) -> None:
    before, run = resting
    (job,) = before.start_push(run, PUSH, Key(TOKEN))
    after = Studio(home)
    after.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    assert job_ended(after, run, job) == "failed"
    assert "never written down" in last_job(after, run).message
    after.close()
    assert hub.asked == []


def test_what_cannot_be_meant_is_refused_before_anything_is_queued(
    resting: tuple[Studio, str], hub: TakingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, run = resting
    with pytest.raises(Refused, match="'report' is not sent to the hub"):
        studio.start_push(run, Push("report", "me/tuned"), Key(TOKEN))
    with pytest.raises(Refused, match="no name at the hub"):
        studio.start_push(run, Push("adapter", "tuned"), Key(TOKEN))
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("huggingface_hub.constants.ENDPOINT", "http://hub.example.com")
        with pytest.raises(Refused, match="unencrypted"):
            studio.start_push(run, PUSH, Key(TOKEN))
    assert studio._home.runs.folder(run).requests.all() == ()
    studio.start_push(run, PUSH, Key(TOKEN))
    with pytest.raises(Refused, match="Something else waits to be sent to me/tuned"):
        studio.start_push(run, Push("adapter", "me/other"), Key(TOKEN))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" me/tuned ", "me/tuned"),
        ("https://huggingface.co/me/My_model-1.5/", "me/My_model-1.5"),
        ("https:/huggingface.co/me/tuned", "me/tuned"),
        ("https://huggingface.co/spaces/me/page", "me/page"),
    ],
)
def test_a_name_is_taken_also_from_its_page(text: str, name: str) -> None:
    assert checked_repository(text) == name


@pytest.mark.parametrize(
    "text",
    [
        *("", "tuned", "me/", "/tuned", "me/tu ned", "me/../you", "me/a--b", "me/a.git", "a/b/c", "me/-a"),
        *("m\u00fc/a", "me/" + "a" * 97, "https://example.com/me/tuned"),
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="no name at the hub"):
        checked_repository(text)


def test_a_damaged_note_of_what_was_sent_is_named(resting: tuple[Studio, str]) -> None:
    studio, run = resting
    (studio._home.runs.folder(run).path / pushing.SENT).write_text('{"version": 1, "sent": [{}]}')
    with pytest.raises(StudioError, match=r"pushed\.json .*what is at the hub stays there"):
        studio.pushed(run)
