"""What an export is asked for waits with its request, is read as it was typed, and is never mixed up."""

from dataclasses import dataclass

import pytest

from studio.core.errors import Refused, StudioError
from studio.core.knobs import knob
from studio.exporters import adapter
from studio.services.export_settings import of_wishes, read_settings
from tests.services.test_exports import folder  # noqa: F401 - a fixture


@dataclass(frozen=True)
class Sized:
    width: str = knob("wide", label="Width", help="How wide.", choices=("wide", "narrow"))


@pytest.fixture
def sized(monkeypatch):
    """The adapter with one setting of its own."""
    monkeypatch.setattr(adapter, "Config", Sized)


def test_settings_wait_with_the_request_and_come_out_as_they_went_in(sized, closed, folder):  # noqa: F811
    job = closed.start_export(folder.id, "adapter", settings={"width": "narrow"})
    (waiting,) = folder.requests.all()
    assert (waiting.job, of_wishes("adapter", waiting.wishes)) == (job, Sized("narrow"))
    assert of_wishes("adapter", ()) == Sized("wide")


def test_other_settings_are_refused_while_the_first_wait(sized, closed, folder):  # noqa: F811
    job = closed.start_export(folder.id, "adapter")
    assert closed.start_export(folder.id, "adapter", settings={"width": "wide"}) == job
    with pytest.raises(Refused, match="waits already, with other settings"):
        closed.start_export(folder.id, "adapter", settings={"width": "narrow"})
    assert closed.start_export(folder.id, "merged") != job


def test_a_kind_without_settings_waits_as_before(closed, folder):  # noqa: F811
    closed.start_export(folder.id, "adapter")
    assert folder.requests.all()[0].wishes == ()


def test_what_is_typed_is_read_or_refused_by_name(sized, closed, folder):  # noqa: F811
    assert read_settings("adapter", {"width": "narrow"}) == {"width": "narrow"}
    with pytest.raises(Refused, match="choose one of wide, narrow"):
        read_settings("adapter", {"width": "huge"})
    with pytest.raises(Refused, match="no setting named 'depth'") as refused:
        read_settings("adapter", {"depth": "3"})
    assert refused.value.hint == "Known: width."
    with pytest.raises(Refused, match="no setting named 'width'") as refused:
        read_settings("merged", {"width": "narrow"})
    assert refused.value.hint == "merged has none."
    with pytest.raises(Refused, match="choose one of"):
        closed.start_export(folder.id, "adapter", settings={"width": "huge"})
    assert folder.requests.all() == ()


@pytest.mark.parametrize("kept", ["{", '["narrow"]'])
def test_what_was_kept_and_cannot_be_read_is_told(sized, kept):
    with pytest.raises(StudioError, match="cannot be read any more"):
        of_wishes("adapter", (kept,))
