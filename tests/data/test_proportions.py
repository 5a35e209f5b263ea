"""The tests give the p-values of the reference implementation."""

import pytest
from scipy.stats import chi2_contingency, fisher_exact

from studio.data.proportions import fisher, holm, p_value


@pytest.mark.parametrize("table", [(3, 10, 9, 12), (0, 7, 5, 30), (8, 9, 1, 40), (1, 2, 0, 3)])
def test_fishers_exact_test(table):
    hits, rows, others, other_rows = table
    expected = fisher_exact([[hits, rows - hits], [others, other_rows - others]]).pvalue
    assert fisher(hits, rows, hits + others, rows + other_rows) == pytest.approx(expected)
    assert p_value(*table) == pytest.approx(expected)


def test_chi_square_where_the_counts_are_large():
    expected = chi2_contingency([[40, 60], [55, 145]], correction=False).pvalue
    assert p_value(40, 100, 55, 200) == pytest.approx(expected)


def test_equal_shares_and_empty_sides_differ_by_chance():
    assert p_value(0, 10, 0, 10) == p_value(10, 10, 20, 20) == p_value(3, 0, 3, 9) == 1.0


def test_holms_correction():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
