"""What shares telling words with a question is found first, in every script, and always in the same order."""

import math

import pytest

from studio.retrieval.bm25 import Bm25, words_of
from studio.retrieval.index import Index, fused

TEXTS = ["The red bell rings.", "The wheel is blue.", "A bell on the blue wheel.", "The red bell rings.", ""]


def test_the_telling_words_decide_and_what_shares_none_is_not_found():
    assert Bm25(TEXTS).ranked("Which bell is red?") == [0, 3, 1, 2]
    assert Bm25(TEXTS).ranked("zebra") == []
    assert Bm25(TEXTS).ranked("?!") == []


def test_the_first_few_are_the_beginning_of_the_whole_ranking():
    texts = [f"bell {'wheel ' * (number % 7)}{'red' if number % 3 else ''}" for number in range(60)]
    found = Bm25(texts)
    whole = found.ranked("red bell")
    assert len(whole) == 60
    assert all(found.ranked("red bell", most) == whole[:most] for most in (1, 2, 5, 30, 59, 60, 90))


def test_behind_very_many_equal_texts_another_one_is_found_without_ranking_everything():
    texts = ["red bell"] * 500 + ["a bell"] + ["no such thing"] * 500
    index = Index(texts)
    asked = []
    ranked = index._rankers[0].ranked
    index._rankers[0].ranked = lambda question, most: (asked.append(most), ranked(question, most))[1]
    assert index.search("red bell", 1) == [0]
    assert asked == [4]
    assert index.search("red bell", 3) == [0, 500]


def test_the_scores_are_those_of_the_formula():
    """Lucene's BM25 by hand: idf = ln(1 + (n - df + 0.5) / (df + 0.5)), k1 1.5, b 0.75."""
    texts = ["bell bell wheel", "wheel", "wheel rope rope rope"]
    found = Bm25(texts)
    mean = (3 + 1 + 4) / 3
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 / (2 + 1.5 * (1 - 0.75 + 0.75 * 3 / mean))
    assert found._counted.get_scores(["bell"])[0] == pytest.approx(expected, rel=1e-5)


def test_nothing_is_found_where_there_is_nothing():
    assert Bm25([]).ranked("bell") == []
    assert Bm25(["", "?"]).ranked("bell") == []
    assert Index([]).search("bell", 3) == []


def test_of_equal_texts_one_is_found():
    assert Index(TEXTS).search("red bell", 3) == [0, 2]
    assert Index(TEXTS).search("red bell", 1) == [0]


def test_words_are_found_in_scripts_without_spaces_and_whatever_their_case():
    assert words_of("Straße, 2nd!") == ["strasse", "2nd"]
    assert words_of("東京タワー is 333m") == ["東", "京", "タ", "ワ", "ー", "is", "333m"]
    assert Bm25(["東京タワーは高い", "富士山は高い"]).ranked("東京?")[0] == 0


def test_fusion_adds_the_reciprocals_of_ranks():
    """By hand: place 1 has 1/62 + 1/61, place 0 has 1/61 + 1/63, place 2 has 1/62."""
    assert fused([[0, 1], [1, 2, 0]]) == [1, 0, 2]
    assert fused([[3, 1, 2]]) == [3, 1, 2]
    assert fused([]) == []
