"""HTML remnants are told from code, types, placeholders and text about HTML; what is left reads as prose."""

import time

import pytest

from studio.data.markup import has_remnants, is_about_markup, without_remnants


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>Hello <b>world</b>!</p><br/>Next &amp; last&nbsp;one", "Hello world!\n\nNext & last one"),
        ('See <a href="https://x.org/?a=1&amp;b=2">this page</a> now', "See this page now"),
        ("one<br>two<BR />three", "one\ntwo\nthree"),
        ("&lt;b&gt;bold&lt;/b&gt; text", "bold text"),
        ("Caf&eacute; &ndash; 5&#8364; &#x27;ok&#x27;", "Café – 5€ 'ok'"),
        ("<script>alert(1 < 2)</script>text<!-- note -->", "text"),
        ('<div class="a">\n\n<p>one</p>\n\n\n<p>two</p></div>', "one\n\ntwo"),
        ("left over </span> here", "left over  here"),
        ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
    ],
)
def test_remnants_are_found_and_taken_out(text, plain):
    assert has_remnants(text)
    assert not is_about_markup(text)
    assert without_remnants(text) == plain
    assert not has_remnants(plain)


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "if (a<b && c>d)",
        "List<T> and Map<a, b> and Vec<u8>",
        "usage: cp <source> <link>",
        "`<br>` breaks",
        "```html\n<p>x</p>\n```",
        'print("<br>")',
        "AT&T; R&D",
        "x <- y",
        "I <3 you",
        "<username>",
        "Set<String> all = new TreeSet<>();",
        "fish & chips",
        "&sum; of x",
        "<a> or <b>?",
        "1 &lt 2",
    ],
)
def test_code_types_placeholders_and_comparisons_are_none(text):
    assert not has_remnants(text)
    assert without_remnants(text) is text


@pytest.mark.parametrize(
    "text",
    [
        "Use the <br> tag to end a line",
        "How do I write bold in HTML?\n<b>bold</b>",
        "The <div> element is a box",
        "from bs4 import X\nX('<p>a</p>')",
        "Style it with CSS: <p style='x'>a</p>",
    ],
)
def test_text_about_markup_is_known(text):
    assert is_about_markup(text)


@pytest.mark.parametrize(
    "piece", ["<a ", '<a b="', "<script>", "&amp", "<!--", "`", "<p a=b c", "\n \n", "tag"]
)
def test_no_text_takes_long(piece):
    text = piece * (20_000 // len(piece))
    start = time.perf_counter()
    is_about_markup(text)
    without_remnants(text)
    assert time.perf_counter() - start < 5
