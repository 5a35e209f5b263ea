"""The hub on the screen: said before the press what goes where, whose token, how it went, and the link."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from studio.core.errors import Refused
from studio.exporters.job import ExportedFile
from studio.services.pushing import Sent
from studio.services.views import ExportView, JobView, RunView
from studio.ui.moving import job_text
from studio.ui.panels import hub as panel
from studio.ui.session import Session
from studio.ui.shell import Shell
from studio.ui.tabs.export_hub import EVERYONE, ONLY_YOU, HubPart

ATTACK = "<script>alert(1)</script>\"'><img onerror=alert(1)>"
SENT = Sent("adapter", "me/tuned", True, "https://huggingface.co/me/tuned", "0123456789abcdef", 200, 0.0)
MADE = ExportView("r", "adapter", "/x", (ExportedFile("model", 5_200_000, "00"),), None)
PAGE = "https://huggingface.co/me/tuned"


@pytest.fixture
def part(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> HubPart:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    return HubPart(shell, gr.HTML())


def test_before_the_press_it_is_said_what_goes_where_and_who_sees_it() -> None:
    html = panel.leaves(PAGE, "adapter", MADE, private=True)
    sends = "Add-on (adapter): a press sends 1 file, 5.2 MB,"
    assert f"{sends} to {PAGE}, where only you can see it (private)." in html
    public = panel.leaves(PAGE, "merged", None, private=False)
    assert "everyone can see it (public). They are made and checked first. Anybody can take it" in public
    assert "Your model will be public." in public


def test_a_name_that_is_still_being_typed_promises_nothing(part: HubPart) -> None:
    document = Session("export", run="r").document()
    assert part.tell_where(document, "adapter", "me/", ONLY_YOU)[part.leaves] == ""
    assert part.tell_where(document, "adapter", None, ONLY_YOU)[part.leaves] == "", "never touched"
    assert part.tell_where(document, None, "me/tuned", ONLY_YOU)[part.leaves] == ""


def test_only_what_a_run_can_become_is_offered_and_first_what_is_chosen_above(
    part: HubPart, monkeypatch: pytest.MonkeyPatch, run_view: Callable[..., RunView]
) -> None:
    monkeypatch.setattr(type(part._studio), "pushed", lambda *_: ())
    run = run_view()
    whole = replace(run, config=replace(run.config, tuning="full"))

    def radio(of: RunView, kind: str) -> gr.Radio:
        return part.show(of, kind, entering=True)[part.of]

    assert radio(run, "merged").value == "merged"
    assert radio(whole, "report").value == "merged"
    assert "adapter" not in [kind for _, kind in radio(whole, "report").choices]
    assert part.of not in part.show(whole, "report", entering=False), "what is chosen stays"


def test_a_space_has_its_own_place_there(part: HubPart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(part._studio), "exports", lambda *_: ())
    told = part.tell_where(Session("export", run="r").document(), "space", "me/page", ONLY_YOU)
    assert "to https://huggingface.co/spaces/me/page, where" in told[part.leaves]


def test_what_is_there_stands_with_its_link_and_who_sees_it() -> None:
    html = panel.hub([SENT, replace(SENT, repository="me/open", private=False, removed=("a", "b"))], None)
    assert f'<a href="{PAGE}" target="_blank" rel="noreferrer noopener">me/tuned</a>' in html
    assert html.index(">me/open<") < html.index(">me/tuned<"), "the newest first"
    assert "Add-on (adapter) of step 200" in html
    assert "2 files of an earlier model there made way" in html
    assert panel.title([SENT]) == "On the Hugging Face hub: me/tuned, only you can see it (private)"
    assert panel.title([]) == panel.TITLE


def test_a_sending_tells_its_bytes_can_be_stopped_and_says_why_it_failed() -> None:
    working = JobView("j", "export hub", "running", 1_000_000, 5_200_000, "Sending model.safetensors")
    assert job_text(working) == "Sending model.safetensors · 1.0 MB of 5.2 MB"
    assert 'data-event="stop"' in panel.hub([], working)
    failed = replace(working, status="failed", message="The token may not write.", hint="Make another.")
    html = panel.hub([], failed)
    assert "The token may not write." in html
    assert 'data-event="stop"' not in html
    assert "goes on where it was" in panel.hub([], replace(working, status="stopped"))


def test_a_visitor_from_elsewhere_cannot_use_the_token_of_the_machine(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_machine")
    assert HubPart(shell, gr.HTML()).token.info == panel.SIGNED_IN
    part = HubPart(replace(shell, local=False), gr.HTML())
    assert part.token.info == panel.TOKEN
    with pytest.raises(Refused, match="is its owner's"):
        part.push(Session("export", run="r").document(), "adapter", "me/tuned", EVERYONE, " ")


def test_the_token_is_hidden_while_it_is_typed(part: HubPart) -> None:
    assert part.token.type == "password"
    assert part.seen.value == ONLY_YOU


def test_no_tag_gets_through() -> None:
    sent = Sent(ATTACK, ATTACK, True, ATTACK, ATTACK, 1, 0.0, (ATTACK,))
    failed = JobView("j", "export hub", "failed", 0, 0, ATTACK, ATTACK)
    for html in (panel.hub([sent], failed), panel.leaves(ATTACK, "adapter", None, private=True)):
        assert "<script" not in html
        assert "<img" not in html
