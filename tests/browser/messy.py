"""A messy spreadsheet: what people have, with one of each defect that the journey of `test_health` mends."""

from pathlib import Path

from openpyxl import Workbook

TOPICS = (
    "the refund policy", "a damaged parcel", "a lost password", "changing the address", "an invoice copy",
    "cancelling an order", "the size table", "a gift voucher", "delivery abroad", "the loyalty programme",
    "a wrong colour", "paying in rates", "the repair service", "an unread message", "a late delivery",
    "the newsletter", "two accounts", "the opening hours", "spare parts", "a broken link",
)  # fmt: skip
WAYS = (
    ("How do I ask about {0}?", "For {0}, open the help page, choose the topic and write what happened."),
    ("What is your rule on {0}?", "Our rule on {0} stands in the terms, with an example for every case."),
    (
        "Who can help me with {0}?",
        "Ask the service desk about {0}; somebody answers on the same working day.",
    ),
)
EMAILS, REMNANTS, EMPTY, COPIES = 3, 2, 1, 4


def write_messy(folder: Path) -> Path:
    """60 good rows, among them e-mail addresses and tags; 4 copies of a row; 1 row without an answer."""
    rows = [(ask.format(topic), say.format(topic)) for ask, say in WAYS for topic in TOPICS]
    for at in range(EMAILS):
        rows[at] = (rows[at][0], f"{rows[at][1]} Or write to anna{at}@example-shop.com.")
    for at in range(10, 10 + REMNANTS):
        rows[at] = (rows[at][0], f"<p>{rows[at][1]}</p><br/>Best&nbsp;regards")
    rows += [rows[30]] * COPIES
    rows += [("Where is my parcel with number 7 right now?", "")] * EMPTY
    book = Workbook()
    sheet = book.active
    sheet.title = "questions"
    for row in [("question", "answer"), *rows]:
        sheet.append(row)
    path = folder / "customer questions.xlsx"
    book.save(path)
    return path
