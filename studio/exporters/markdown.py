"""What users wrote, in the Markdown of a card."""


def plain(text: str) -> str:
    """Return a name on one line, with nothing in it that Markdown or HTML would act on: users wrote it."""
    line = " ".join(text.split())
    return "".join(letter for letter in line if letter not in "`<>[]|*\\")
