"""Every sample is what its card says, clean, and has its licence written down."""

import pytest

from studio.core.errors import Refused
from studio.data.inspect import inspect, training_refusal
from studio.data.samples import FOLDER, SAMPLES, sample


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_clean_and_has_the_rows_it_promises(name):
    chosen = sample(name)
    report = inspect(chosen.path, chosen.file).report
    assert (report.kept, report.set_aside) == (chosen.rows, 0)
    assert report.format == "pairs"
    assert training_refusal(report) is None
    assert chosen.title
    assert chosen.summary
    assert chosen.licence


@pytest.mark.parametrize("name", SAMPLES)
def test_the_licence_of_a_sample_is_written_down(name):
    assert f"## {SAMPLES[name].file}" in (FOLDER / "LICENCES.md").read_text(encoding="utf-8")


def test_an_unknown_sample_is_refused_with_the_known_ones():
    with pytest.raises(Refused, match="no sample") as caught:
        sample("poetry")
    assert "support, legal, medical, code" in caught.value.hint
