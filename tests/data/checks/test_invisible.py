"""Each kind of unseen character is one finding."""

from studio.core.records import SourcedRecord, Text
from studio.data.checks import Scene
from studio.data.checkup import findings_of


def test_each_kind_is_one_finding_with_its_rows():
    texts = [
        "zero\u200bwidth",
        "evil\u202etxt",
        "p\u0430ypal is fine",
        "hello\u00a0world",
        "👩‍👩‍👧",
        "\u200b\u202e",
    ]
    records = [SourcedRecord(row, Text(text)) for row, text in enumerate(texts, 1)]
    found = findings_of("invisible", records, Scene())
    assert {finding.kind: list(finding.rows) for finding in found} == {
        "zero_width": [1, 6],
        "bidi": [2, 6],
        "look_alike": [3],
        "spaces": [4],
    }
    assert {finding.fix for finding in found} == {"remove_invisible"}
    assert (
        found[0].message == "2 rows have characters that cannot be seen (zero-width, soft hyphens, control)."
    )
    assert [finding.severity for finding in found] == ["warning", "warning", "warning", "note"]
