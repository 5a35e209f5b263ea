"""Small files that swell when they are opened end in a sentence, in little memory."""

from pathlib import Path

import pytest

from benchmarks.attacks_bombs import BOMBS, MOST_BYTES, open_alone

MEGABYTES = 40
IN_A_PROCESS = ("gzip of one line", "workbook of texts", "parquet", "pdf of many strokes")


@pytest.mark.parametrize("bomb", IN_A_PROCESS)
def test_a_process_that_is_handed_a_bomb_stays_small(bomb: str, tmp_path: Path) -> None:
    name, make = BOMBS[bomb]
    (tmp_path / "bomb").write_bytes(make(MEGABYTES))
    assert (tmp_path / "bomb").stat().st_size < 1_000_000
    opened = open_alone(tmp_path / "bomb", name)
    assert opened.peak_bytes < MOST_BYTES, opened.said
    assert [path.name for path in tmp_path.iterdir()] == ["bomb"], "the unpacked copy stayed behind"


@pytest.mark.parametrize("bomb", [bomb for bomb in BOMBS if not bomb.startswith(("parquet", "pdf"))])
def test_every_bomb_but_those_that_are_read_in_pieces_is_refused(bomb: str, tmp_path: Path) -> None:
    from studio.core.errors import Refused
    from studio.data.readers import read_table

    name, make = BOMBS[bomb]
    (tmp_path / "bomb").write_bytes(make(4))
    if bomb == "open quote":
        assert all(row.problem for row in read_table(tmp_path / "bomb", name).rows)
        return
    with pytest.raises(Refused) as told:
        list(read_table(tmp_path / "bomb", name).rows)
    assert told.value.hint
