"""Misread letters are offered to be repaired; lost ones cannot be."""

from studio.core.records import Completion, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of
from studio.data.fixes import FIXES


def test_misread_letters_are_told_from_lost_ones():
    pairs = [("Où ?", "A café"), ("Oui", "A cafÃ© nearby"), ("caf\ufffd", "lost"), ("plain", "text")]
    records = [SourcedRecord(row, Completion(*pair)) for row, pair in enumerate(pairs, 1)]
    misread, lost = findings_of("broken_decoding", records, Scene())
    assert (misread.kind, list(misread.rows), misread.fix) == ("misread", [2], "repair_encoding")
    assert f"“{FIXES[misread.fix].ACTION}”" in misread.hint, "the button says the same"
    assert misread.message == "1 row has letters read wrongly (“cafÃ©” for “café”)."
    assert (lost.kind, list(lost.rows), lost.fix) == ("lost", [3], "drop")
    assert lost.message == "1 row has letters that are lost (shown as �)."
