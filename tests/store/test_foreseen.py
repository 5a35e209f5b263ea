"""What was foreseen of a run stays as it was said, and a damaged file is named."""

import pytest

from studio.core.errors import StudioError
from studio.store.foreseen import FILE, Foreseen, foreseen_of, note_foreseen


def test_what_was_foreseen_first_stays(tmp_path):
    assert foreseen_of(tmp_path) is None
    first = Foreseen(10.0, 20.0, 3_000)
    note_foreseen(tmp_path, first)
    note_foreseen(tmp_path, Foreseen(0.0, 0.0, 1))
    assert foreseen_of(tmp_path) == first


@pytest.mark.parametrize("content", ["", '{"version": 1}', '{"version": 1, "seconds_low": "soon"}'])
def test_a_damaged_forecast_is_named(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(StudioError, match=r"forecast\.json"):
        foreseen_of(tmp_path)
