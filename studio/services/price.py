"""What an hour of this machine costs, where whoever rents it says so: a forecast then has a cost too."""

import math
import os
from collections.abc import Mapping

from studio.core.errors import Refused

VARIABLE = "STUDIO_HOURLY_PRICE"


def hourly_price(environment: Mapping[str, str] = os.environ) -> float | None:
    """Return the price of an hour, in whatever currency it is meant; None where none is named.

    Raises Refused where it is no number above zero.
    """
    said = environment.get(VARIABLE, "").strip()
    if not said:
        return None
    try:
        price = float(said)
    except ValueError:
        price = math.nan
    if not (math.isfinite(price) and price > 0):
        raise Refused(
            f"{VARIABLE} is {said!r}, and must be the price of an hour as a number, such as 0.6.",
            "Correct it where it is set, or take it away: no cost is shown then.",
        )
    return price
