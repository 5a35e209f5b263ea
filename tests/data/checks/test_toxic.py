"""Toxic words are shown, whole words only, and never dropped by themselves."""

from studio.core.records import SourcedRecord, Text
from studio.data.checks import Scene, toxic
from studio.data.checkup import findings_of


def test_whole_words_in_any_case_are_found():
    texts = [
        "You ASSHOLE!",
        "Scunthorpe, assessment and shiitake",
        "what the fuck",
        "Du Arschloch",
        "bull-shit-free",
    ]
    data = [SourcedRecord(row, Text(text)) for row, text in enumerate(texts, 1)]
    (finding,) = findings_of("toxic", data, Scene())
    assert (list(finding.rows), finding.severity) == ([1, 3, 4], "note")
    assert finding.message == "3 rows have insults, slurs or obscene words."
    assert finding.hint == "Look at them: a list knows no context, so only you can tell whether to drop them."


def test_the_list_holds_each_word_once_in_small_letters():
    assert len(set(toxic.WORDS)) == len(toxic.WORDS)
    assert all(word == word.lower() for word in toxic.WORDS)
