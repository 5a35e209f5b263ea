"""The price of an hour is a number above zero, or nothing."""

import pytest

from studio.core.errors import Refused
from studio.services.price import VARIABLE, hourly_price


@pytest.mark.parametrize(("said", "price"), [("0.6", 0.6), (" 2 ", 2.0), ("", None), (" ", None)])
def test_the_price_is_what_was_said(said, price):
    assert hourly_price({VARIABLE: said}) == price
    assert hourly_price({}) is None


@pytest.mark.parametrize("said", ["0", "-1", "free", "nan", "inf", "0,6"])
def test_what_is_no_price_is_refused_by_name(said):
    with pytest.raises(Refused, match=VARIABLE):
        hourly_price({VARIABLE: said})
