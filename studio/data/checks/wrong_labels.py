"""Labels that a model learned from the other rows would give otherwise, the most suspicious first."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.labels import LabelCounts

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TITLE = "Likely wrong labels"
SOURCE = "Northcutt, Jiang and Chuang, Confident Learning, 2021 (cleanlab)"

FEWEST_ROWS = 100
FEWEST_OF_A_LABEL = 6
"""Two in each of three parts; of a rarer label nothing can be learned from the others."""
MOST_LABELS = 200
ROWS_COMPARED = 100_000
"""Of a larger file every second, fourth, ... row is compared: these take about 20 seconds."""
COMPARISONS = 8_000_000
"""Rows times labels: what is learned for each label costs time for each row."""
SHARE_LISTED, MOST_LISTED, FEWEST_LISTED = 0.02, 500, 10
"""A list is for reading: further down it says more of the model than of the labels."""

_ROWS_AT_ONCE = 2048
_FOLDS = 3


class WrongLabels:
    """Keeps words and pairs of words as hashes, while the answers may be labels."""

    def __init__(self, scene: Scene) -> None:
        self._seed = scene.seed
        self._labels = LabelCounts()
        self._codes: dict[str, int] = {}
        self._waiting: list[str] = []
        self._parts: list[csr_matrix] = []
        self._kept: list[tuple[int, int]] = []  # row, code of its label
        self._every, self._seen = 1, 0

    def see(self, seen: Seen) -> None:
        if not self._labels.see(seen.answer):
            self._waiting, self._parts, self._kept = [], [], []
            return
        self._seen += 1
        if self._seen % self._every:
            return
        self._kept.append((seen.row, self._codes.setdefault(seen.answer, len(self._codes))))
        self._waiting.append(seen.question)
        if len(self._kept) > ROWS_COMPARED:
            self._halve()
        elif len(self._waiting) == _ROWS_AT_ONCE and self._labels.are_labels:
            self._hash()

    def findings(self) -> list[Finding]:
        if not self._labels.are_labels or len(self._kept) < FEWEST_ROWS:
            return []
        if len(self._codes) > MOST_LABELS:
            return []
        while len(self._kept) * len(self._codes) > COMPARISONS:
            self._halve()
        self._hash()
        rows, codes = np.array(self._kept, dtype=np.int64).T
        frequent = np.flatnonzero(np.bincount(codes)[codes] >= FEWEST_OF_A_LABEL)
        _, labels = np.unique(codes[frequent], return_inverse=True)
        if len(frequent) < FEWEST_ROWS or labels.max() < 1:
            return []
        suspicious = _suspicious(_stacked(self._parts)[frequent], labels, self._seed)
        most = max(FEWEST_LISTED, min(MOST_LISTED, round(SHARE_LISTED * len(frequent))))
        return _findings(rows[frequent[suspicious[:most]]], len(frequent), self._seen)

    def _hash(self) -> None:
        """Turn the waiting texts into counts of hashed words and pairs of words."""
        from sklearn.feature_extraction.text import HashingVectorizer

        if self._waiting:
            hashing = HashingVectorizer(
                n_features=2**18, ngram_range=(1, 2), norm=None, alternate_sign=False, dtype=np.float32
            )
            self._parts.append(hashing.transform(self._waiting))
            self._waiting = []

    def _halve(self) -> None:
        self._hash()
        self._parts = [_stacked(self._parts)[::2]]
        self._kept = self._kept[::2]
        self._every *= 2


def _stacked(parts: "list[csr_matrix]") -> "csr_matrix":
    from scipy.sparse import vstack

    return vstack(parts, format="csr")


def _suspicious(counts: Any, labels: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the indexes of likely wrong labels, those least supported by the other rows first."""
    from cleanlab.filter import find_label_issues
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    model = SGDClassifier(loss="log_loss", alpha=1e-4, average=True, random_state=seed)
    parts = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    chances = cross_val_predict(model, weighted, labels, cv=parts, method="predict_proba")
    return find_label_issues(labels, chances, return_indices_ranked_by="self_confidence", n_jobs=1)


def _findings(rows: NDArray[np.int64], compared: int, total: int) -> list[Finding]:
    if not len(rows):
        return []
    found = rows_array()
    found.extend(rows.tolist())
    labels = "1 label looks" if len(found) == 1 else f"{len(found):,} labels look"
    of = f" of {compared:,} compared rows" if compared < total else ""
    message = f"{labels} wrong beside what the other rows teach, the most suspicious first{of}."
    hint = "Read them from the top and correct what is wrong; many will be right but unusual."
    return [Finding("note", message, hint, found, fix="edit")]


begin = WrongLabels
