"""The Train step's two buttons do what they said when they were pressed, or nothing."""

from collections.abc import Callable

import pytest

from studio.services.studio import Studio
from studio.services.views import RunView
from studio.ui.session import Session, read
from studio.ui.shell import Shell
from studio.ui.tabs.train import GO_ON, STOPS, TrainTab


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the run."""
    found: list[str] = []
    for verb in ("stop", "resume"):
        monkeypatch.setattr(Studio, verb, lambda *_, verb=verb: found.append(verb))
    return found


@pytest.mark.parametrize(
    ("status", "said", "does"),
    [
        ("running", STOPS[0], ["stop"]),
        ("running", STOPS[1], ["stop"]),
        ("stopped", STOPS[0], []),
        ("stopped", GO_ON, ["resume"]),
        ("queued", GO_ON, []),
        ("finished", STOPS[0], []),
    ],
)
def test_a_second_press_does_not_do_the_opposite_of_the_first(
    shell: Shell,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    run_view: Callable[..., RunView],
    status: str,
    said: str,
    does: list[str],
) -> None:
    monkeypatch.setattr(Studio, "run", lambda *_: run_view(status=status))
    left = TrainTab(shell).other(Session("train", run="run1").document(), said)
    assert asked == does
    assert read(left[shell.session]).step == "train"


@pytest.mark.parametrize(
    ("status", "said", "does", "step"),
    [
        ("paused", "Resume from step 5", ["resume"], "train"),
        ("queued", "Resume from step 5", [], "train"),
        ("running", "Compare now", [], "compare"),
        ("paused", "Compare now", [], "compare"),
    ],
)
def test_the_primary_button_resumes_or_leads_on_as_it_said(
    shell: Shell,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    run_view: Callable[..., RunView],
    status: str,
    said: str,
    does: list[str],
    step: str,
) -> None:
    monkeypatch.setattr(Studio, "run", lambda *_: run_view(status=status))
    left = TrainTab(shell).primary(Session("train", run="run1").document(), said)
    assert (asked, read(left[shell.session]).step) == (does, step)
