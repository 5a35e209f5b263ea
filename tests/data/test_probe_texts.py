"""The general texts and requests are many, short, different and small enough to ship."""

from studio.data.probe_texts import FOLDER, general_instructions, general_texts


def test_there_are_two_hundred_different_short_texts() -> None:
    texts = general_texts()
    assert len(set(texts)) == len(texts) == 200
    assert all(25 <= len(text.split()) <= 75 for text in texts)


def test_there_are_a_hundred_different_requests_of_one_line() -> None:
    asked = general_instructions()
    assert len(set(asked)) == len(asked) == 100
    assert all(line == line.strip() and "\n" not in line for line in asked)


def test_they_ship_with_their_licences_and_stay_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 150_000
    licences = (FOLDER / "LICENCES.md").read_text(encoding="utf-8")
    assert all(f"`{source}`" in licences for source in ("factbook", "jargon", "law", "written"))
