"""The Export step hands over what was chosen: the kind, and the settings of that kind alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from studio.core.knobs import knobs
from studio.exporters import EXPORTERS
from studio.services.studio import Studio
from studio.services.views import JobView, RunView
from studio.ui.session import Session
from studio.ui.shell import Shell
from studio.ui.tabs.export import ExportTab


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, run_view: Callable[..., RunView]) -> list[tuple[str, object]]:
    """What exports were started with: nothing is made yet."""
    put: list[tuple[str, object]] = []
    monkeypatch.setattr(Studio, "exports", lambda self, run: ())
    monkeypatch.setattr(Studio, "run", lambda self, run: run_view())
    monkeypatch.setattr(
        Studio, "start_export", lambda self, run, kind, settings: put.append((kind, settings)) or "job"
    )
    return put


@pytest.mark.parametrize(("kind", "given"), [("gguf", {"gguf_type": "q4_0"}), ("merged", {})])
@pytest.mark.parametrize("press", [("primary",), ("other", "Make it again")])
def test_only_the_settings_of_the_chosen_kind_are_sent(
    shell: Shell, asked: list[tuple[str, object]], kind: str, given: dict[str, str], press: tuple[str, ...]
) -> None:
    tab = ExportTab(shell)
    values = ["q4_0" if name == "gguf_type" else None for name in tab.form.names()]
    getattr(tab, press[0])(Session("export", run="run1", kind=kind).document(), *press[1:], *values)
    assert asked == [(kind, given)]


def test_a_second_press_does_not_stop_what_the_first_began(
    shell: Shell,
    asked: list[tuple[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    run_view: Callable[..., RunView],
) -> None:
    going, stopped = JobView("job", "export adapter", "running", 1, 4, "Writing"), []
    monkeypatch.setattr(Studio, "run", lambda *_: run_view(jobs=(going,)))
    monkeypatch.setattr(Studio, "stop_job", lambda *_: stopped.append("stopped"))
    tab, session = ExportTab(shell), Session("export", run="run1", kind="adapter").document()
    values = [None for _ in tab.form.names()]
    tab.other(session, "Make it again", *values)
    assert (len(asked), stopped) == (1, []), "one that waits is not begun twice"
    tab.other(session, "Stop", *values)
    assert (len(asked), stopped) == (1, ["stopped"])


def test_the_fields_of_a_kind_show_with_it_alone(shell: Shell) -> None:
    tab = ExportTab(shell)
    for kind, exporter in EXPORTERS.items():
        shown = [
            declaring
            for declaring, group in tab.form.groups.items()
            if tab.form.fill({}, [exporter.Config])[group].visible
        ]
        assert shown == ([exporter.Config] if knobs(exporter.Config) else []), kind


@pytest.mark.parametrize(("tuning", "first"), [("lora", "adapter"), ("full", "merged")])
def test_before_a_choice_the_first_kind_that_is_possible_is_made(
    shell: Shell,
    asked: list[tuple[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    run_view: Callable[..., RunView],
    tuning: str,
    first: str,
) -> None:
    run = run_view()
    monkeypatch.setattr(Studio, "run", lambda *_: replace(run, config=replace(run.config, tuning=tuning)))
    tab = ExportTab(shell)
    tab.primary(Session("export", run="run1").document(), *(None for _ in tab.form.names()))
    assert asked == [(first, {})]
