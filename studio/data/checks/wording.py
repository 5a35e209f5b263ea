"""How the checks count in their messages."""


def rows_that(count: int, one: str, many: str) -> str:
    """Return "1 row holds" or "1,200 rows hold"."""
    return f"1 row {one}" if count == 1 else f"{count:,} rows {many}"
