"""The text version of HTML mails."""

from __future__ import annotations

import pytest

from triggerfish.plugins.plain import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hi</p><p>you</p>", "Hi\n\nyou"),
        ("<h1>A</h1>b<br>c", "A\n\nb\nc"),
        ('<a href="https://x.y">go</a>', "go (https://x.y)"),
        ('<a href="https://x.y">https://x.y</a>', "https://x.y"),
        ('<a href="mailto:a@b.c">a@b.c</a>', "a@b.c"),
        ('<a href="https://x.y"><img alt="Shop" src="x.png"></a>', "Shop (https://x.y)"),
        ('<a href="https://x.y"><img src="x.png"></a>', "https://x.y"),
        ("<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>e", "- a\n- b\n  1. c\n  2. d\n\ne"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<style>x</style><script>y</script><title>z</title>a", "a"),
        ('<div style="display: NONE">hidden <b>x</b></div>seen', "seen"),
        ('<span style="display:none"><br>x</span>seen', "seen"),
        ("a   \n  b &amp; &lt;c&gt; &nbsp;d", "a b & <c> \xa0d"),
        ("<b>bo</b>ld and <i>so</i>", "bold and so"),
        ("<!-- comment -->x", "x"),
        ("<p>unclosed <b>x", "unclosed x"),
        ("</p></ul>x", "x"),
        ("", ""),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text + "\n"
