"""Whether bytes that are no UTF-8 are text of Western Europe: the one code page that most such files have."""

import unicodedata

ENCODING = "cp1252"

_LETTERS = frozenset("àâäáãåæçèéêëìíîïñòóôöõøùúûüœßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØÙÚÛÜŒª")
"""Letters of its languages; those of Icelandic are left out, which stand for the ones of Turkish as well."""
_INSIDE_WORDS = frozenset("’–—…\xad\xa0·")
"""Signs that may stand between two letters; any other there was a letter in another code page."""
MOST_NEIGHBOURS, MOST_OUT_OF_PLACE, MOST_OF_ALL = 0.5, 0.02, 0.3
"""Of what is beyond ASCII: letters beside another such letter, signs out of place, and of all letters these.
"""


def is_western(data: bytes) -> bool:
    """Return whether a text reads as English, French, German, Spanish, ... in Windows-1252.

    Short texts and single signs (5 €) fit many code pages, and statistics of letters tell them badly.
    """
    try:
        text = data.decode(ENCODING)
    except UnicodeDecodeError:
        return False
    foreign = [at for at, letter in enumerate(text) if not letter.isascii()]
    letters = [at for at in foreign if text[at].isalpha()]
    if any(text[at] not in _LETTERS for at in letters) or _is_hungarian(text):
        return False
    neighbours = sum(text[at + 1 : at + 2].isalpha() and not text[at + 1].isascii() for at in letters)
    out_of_place = sum(_is_out_of_place(text, at) for at in foreign)
    return (
        neighbours <= MOST_NEIGHBOURS * len(letters)
        and out_of_place <= MOST_OUT_OF_PLACE * len(foreign)
        and len(letters) <= MOST_OF_ALL * sum(map(str.isalpha, text))
    )


def _is_out_of_place(text: str, at: int) -> bool:
    if text[at].isalpha():
        return False
    if unicodedata.category(text[at]) == "Cc":
        return True
    between = text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha()
    return between and text[at] not in _INSIDE_WORDS


def _is_hungarian(text: str) -> bool:
    """Return whether "õ" stands beside letters that no language writes together with it: it is "ő"."""
    return "õ" in text and bool({"ö", "ü"} & set(text)) and bool({"á", "é", "í", "ó", "ú"} & set(text))
