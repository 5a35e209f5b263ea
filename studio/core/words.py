"""Numbers as a reader says them: durations, sizes, counts, moments. One wording for all that is read."""

import math
import time

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def duration(seconds: float) -> str:
    """Return e.g. `48 s`, `11 min 48 s`, `2 h 5 min`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {left} s" if left else f"{minutes} min"
    return f"{left} s"


def about(seconds: float) -> str:
    """Return a duration with the precision of an estimate: `20 s`, `4 min`, `1 h 30 min`."""
    if seconds < 55:
        return f"{max(5, 5 * math.ceil(seconds / 5))} s"
    if seconds < 90 * 60:
        return f"{max(1, round(seconds / 60))} min"
    return duration(600 * round(seconds / 600))


def between(low: float, high: float) -> str:
    """Return a span of time, `4 to 6 min`, or one estimate where both ends read the same."""
    first, last = about(low), about(high)
    if first == last:
        return first
    (amount, unit), (most, other) = first.rsplit(" ", 1), last.rsplit(" ", 1)
    return f"{amount} to {last}" if unit == other and " " not in amount + most else f"{first} to {last}"


def size(number_of_bytes: float) -> str:
    """Return e.g. `812 bytes`, `3.1 GB`, `38 MB`; 1 kB is 1000 bytes."""
    value, unit = float(number_of_bytes), 0
    while value >= 999.5 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {UNITS[unit]}" if unit and value < 9.95 else f"{value:.0f} {UNITS[unit]}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 row`, `294 rows`, `12,000 rows`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: tuple[str, ...] | list[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def row_numbers(rows: tuple[int, ...], total: int, *, shown: int = 12) -> str:
    """Return `row 7`, `rows 7 and 9`, or the first `shown` of them and how many more there are."""
    named = [str(row) for row in rows[:shown]]
    more = total - len(named)
    if more > 0:
        return f"rows {', '.join(named)} and {more:,} more"
    return f"row{'s' if total > 1 else ''} {listed(named)}"


def moment(seconds_since_1970: float) -> str:
    """Return a date and time in the clock of the machine the studio runs on."""
    return time.strftime("%d %b %Y, %H:%M", time.localtime(seconds_since_1970))


def loss(value: float) -> str:
    """Return a loss (nats per trained token) with the three digits that mean something."""
    return f"{value:.3f}"


def decimals(value: float, digits: int, *, signed: bool = False) -> str:
    """Return a number with a true minus sign, and with a plus sign where a change is meant."""
    return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "−")


MOST_FURTHER_DIGITS = 2


def telling_digits(value: float, digits: int) -> int:
    """Return so many digits, or one or two more where the value would read as 0 and is not.

    An end of an interval that leaves out 0 must not read as 0.
    """
    further = range(digits, digits + MOST_FURTHER_DIGITS + 1)
    return next((each for each in further if round(value, each)), digits)


def percentage(fraction: float, *, signed: bool = False) -> str:
    """Return `8 %`; of a little more than nothing `0.3 %`."""
    value = 100 * fraction
    return f"{decimals(value, telling_digits(value, 0), signed=signed)} %"
