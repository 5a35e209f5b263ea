"""What means the same is found without a word in common, and both ways of searching are heard."""

import numpy as np

from studio.retrieval.embeddings import NEAREST, Embeddings
from studio.retrieval.index import Index

MEANINGS = {"dog": (1.0, 0.0), "puppy": (0.8, 0.6), "wheel": (0.0, 1.0), "hound": (1.0, 0.0)}


def embed(texts):
    return np.array([MEANINGS[text] for text in texts])


def test_the_nearest_by_cosine_come_first():
    assert Embeddings(["wheel", "puppy", "dog"], embed).ranked("hound") == [2, 1, 0]


def test_only_the_nearest_are_ranked():
    assert len(Embeddings(["wheel"] * (NEAREST + 9), embed).ranked("dog")) == NEAREST


def test_nothing_is_found_among_no_texts():
    assert Embeddings([], embed).ranked("dog") == []


def test_words_and_meaning_are_fused():
    texts = ["wheel", "puppy", "dog"]
    assert Index(texts).search("hound", 3) == []
    assert Index(texts, [Embeddings(texts, embed)]).search("hound", 2) == [2, 1]
    assert Index(texts, [Embeddings(texts, embed)]).search("wheel", 1) == [0]
