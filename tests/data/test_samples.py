"""Every sample is what its card says, can be read whole, and has its licence written down."""

import pytest

from studio.data.inspect import inspect, training_refusal
from studio.data.samples import FOLDER, SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_whole_and_has_the_rows_it_promises(name):
    chosen = SAMPLES[name]
    report = inspect(chosen.path, chosen.file).report
    assert (report.kept, report.set_aside) == (chosen.rows, 0)
    assert report.format == {"reviews": "labelled", "wit": "preference"}.get(name, "pairs")
    assert training_refusal(report) is None
    assert chosen.title
    assert chosen.summary
    assert chosen.licence


@pytest.mark.parametrize("name", SAMPLES)
def test_the_licence_of_a_sample_is_written_down(name):
    assert f"## {SAMPLES[name].file}" in (FOLDER / "LICENCES.md").read_text(encoding="utf-8")
