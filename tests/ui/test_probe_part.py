"""The Compare step's probe: asked for with the user's own prompts, shown once it is there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.services import probes
from studio.services.studio import Studio
from studio.services.views import JobView, RunView
from studio.ui.session import Session
from studio.ui.shell import Shell
from studio.ui.tabs.compare import CompareTab
from studio.ui.tabs.compare_probe import newest_job


@pytest.fixture
def part(shell: Shell):
    return CompareTab(shell).probe


def test_the_newest_probe_is_the_one_that_counts(run_view: Callable[..., RunView]) -> None:
    jobs = (JobView("1", "probe", "failed"), JobView("2", "exam", "running"), JobView("3", "probe", "queued"))
    assert newest_job(run_view(jobs=jobs)) == jobs[2]
    assert newest_job(run_view()) is None


def given(monkeypatch: pytest.MonkeyPatch, **verbs: Callable) -> None:
    for name, verb in verbs.items():
        monkeypatch.setattr(Studio, name, verb)


def test_it_begins_with_the_prompts_that_were_typed(part, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple] = []
    given(
        monkeypatch,
        set_must_work=lambda self, run, prompts: done.append((run, prompts)),
        start_probe=lambda self, run: done.append((run,)),
    )
    part.start(Session("compare", run="run1").document(), "Hello?\nName a bird.")
    assert done == [("run1", ["Hello?", "Name a bird."]), ("run1",)]


def test_while_it_runs_it_can_be_stopped_and_what_is_typed_stays(
    part, run_view: Callable[..., RunView], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, probe=lambda self, run: None, must_work=lambda self, run: ("Hello?", "A bird."))
    run = run_view(status="finished", jobs=(JobView("1", "probe", "running", 3, 10),))
    drawn = part.show(run, entering=False)
    assert 'data-event="stop"' in drawn[part.found]
    assert 'data-event="start"' not in drawn[part.found]
    assert part.prompts not in drawn
    assert part.show(run, entering=True)[part.prompts] == "Hello?\nA bird."
    stopped = part.show(run_view(jobs=(JobView("1", "probe", "stopped"),)), entering=False)[part.found]
    assert "it goes on where it was" in stopped
    assert 'data-event="start"' in stopped


def test_a_damaged_probe_is_told_and_can_be_done_again(
    part, run_view: Callable[..., RunView], monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(self: Studio, run: str) -> None:
        raise Refused("The probe is damaged.", "Do it again.")

    given(monkeypatch, probe=damaged)
    drawn = part.show(run_view(), entering=False)
    assert "The probe is damaged." in drawn[part.found]
    assert drawn[part.lights] == ""
    assert 'data-event="start"' in drawn[part.found]


def test_the_introduction_says_how_many_texts_there_are() -> None:
    from studio.data.probe_texts import general_instructions, general_texts
    from studio.evaluation.reading import CONTINUED_TOKENS, FEWEST_CONTINUED, LIKELIEST
    from studio.ui.panels import probe as panel

    assert f"{len(general_texts())} general texts" in panel.INTRODUCTION
    assert f"{len(general_instructions())} simple requests" in panel.INTRODUCTION
    source = Path(panel.__file__).read_text(encoding="utf-8")
    for number in (
        f"{LIKELIEST} likeliest",
        f"up to {CONTINUED_TOKENS} tokens",
        f"at least {FEWEST_CONTINUED},",
    ):
        assert number in source
    assert probes.KIND == "probe"
