"""Links in bodies: found where mail programs find them, tagged once, and otherwise left as they are."""

from __future__ import annotations

import pytest

from triggerfish.runtime.links.bodies import with_addresses, with_links, with_pixel
from triggerfish.runtime.links.campaign import Campaign, is_web_address
from triggerfish.runtime.links.links import MessageLinks
from triggerfish.runtime.links.services import Shown, Signed
from triggerfish.runtime.links.tokens import Click, Mail, Tokens

MAIL = Mail("ana", "/1/s/1", "email", "hello", "welcome", "s", "news")
CAMPAIGN = Campaign((("source", "newsletter"), ("medium", "e mail")), "welcome", "hello")
TAGS = "utm_source=newsletter&utm_medium=e+mail&utm_campaign=welcome&utm_content=hello"


@pytest.mark.parametrize(
    ("link", "tagged"),
    [
        ("https://a.example/x", f"https://a.example/x?{TAGS}"),
        ("https://a.example/x?b=1#c", f"https://a.example/x?b=1&{TAGS}#c"),
        ("https://a.example?utm_source=", "https://a.example?utm_source=&" + TAGS.partition("&")[2]),
        (f"https://a.example/?{TAGS}", f"https://a.example/?{TAGS}"),
        ("HTTP://a.example/%7Ex?q=a%20b", f"http://a.example/%7Ex?q=a%20b&{TAGS}"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("tel:+331", "tel:+331"),
        ("#top", "#top"),
        ("/relative", "/relative"),
        ("https://[broken", "https://[broken"),
        ("https://", "https://"),
        ("", ""),
    ],
)
def test_campaign_tags(link: str, tagged: str) -> None:
    assert CAMPAIGN.tagged(link) == tagged
    assert CAMPAIGN.tagged(tagged) == tagged
    assert Campaign((), "f", "m").tagged(link) == link


def test_the_policy_may_name_campaign_and_content_itself() -> None:
    own = Campaign((("source", "s"), ("campaign", "spring"), ("content", "top")), "f", "m")
    assert own.tagged("https://a.example/") == "https://a.example/?utm_source=s&utm_campaign=spring&utm_content=top"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//a.example", "https:/a", "http://a.example/\nx", "ftp://a.example"])
def test_what_no_browser_is_sent_to(link: str) -> None:
    assert not is_web_address(link)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="https://a.example/?a=1&amp;b=2">x</a>', '<a href="[https://a.example/?a=1&amp;b=2]">x</a>'),
        ("<A class='b' HREF = 'https://a.example'>x</A>", "<A class='b' HREF = '[https://a.example]'>x</A>"),
        ('<a title="a > b" href="https://a.example">x</a>', '<a title="a > b" href="[https://a.example]">x</a>'),
        ('<!--[if mso]><v:roundrect href="https://a.example"><![endif]-->', '<!--[if mso]><v:roundrect href="[https://a.example]"><![endif]-->'),
        ('<area shape="rect" href="https://a.example">', '<area shape="rect" href="[https://a.example]">'),
        ('<link href="https://a.example/a.css"><img src="https://a.example/a.png">', None),
        ('<a href="mailto:a@b.example">x</a><a name="top">y</a><abbr href="https://a.example">', None),
        ("<p>https://a.example</p>", None),
    ],
)
def test_links_in_html(html: str, expected: str | None) -> None:
    assert with_links(html, lambda link: f"[{link}]" if link.startswith("http") else link) == (html if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://a.example/x.", "See [https://a.example/x]."),
        ("x (https://a.example/y)", "x ([https://a.example/y])"),
        ("https://a.example/(b)), end", "[https://a.example/(b)]), end"),
        ("“https://a.example”!", "“[https://a.example]”!"),
        ("mail a@b.example", "mail a@b.example"),
    ],
)
def test_addresses_in_text(text: str, expected: str) -> None:
    assert with_addresses(text, lambda link: f"[{link}]") == expected


def test_the_pixel_stands_at_the_end_of_the_body() -> None:
    html = with_pixel("<body><p>x</p></BODY></html>", "https://l.example/o/x")
    assert html.startswith("<body><p>x</p><img ")
    assert html.endswith("</BODY></html>")
    assert with_pixel("<p>x</p>", "u").endswith('border:0">\n')


def test_signed_links_of_a_message() -> None:
    tokens = Tokens([b"k" * 16])
    links = MessageLinks(MAIL, 0, CAMPAIGN, Signed("https://l.example", tokens))
    html = links.in_html('<a href="https://a.example/">x</a><a href="https://l.example/u/abc">y</a>')
    assert html.count("https://l.example/c/") == 1
    assert '<a href="https://l.example/u/abc">' in html
    token = html.partition("/c/")[2].partition('"')[0]
    assert tokens.open("c", token, Click) == Click(MAIL, "https://a.example/")  # tags are added when it is followed
    assert html.count("https://l.example/o/") == 1
    assert links.in_text("x (https://a.example/)") == f"x (https://a.example/?{TAGS})"
    assert links.tracked("mailto:a@b.example") == "mailto:a@b.example"


def test_what_is_not_tracked_is_tagged_all_the_same() -> None:
    plain = f'<a href="https://a.example/?{TAGS.replace("&", "&amp;")}">x</a>'
    off = Signed("https://l.example", Tokens([b"k" * 16]), clicks=False, opens=False)
    for links in (
        MessageLinks(MAIL, 0, CAMPAIGN, off),
        MessageLinks(MAIL, 0, CAMPAIGN, None),
        MessageLinks(MAIL, 0, CAMPAIGN, Shown()),
        MessageLinks(MAIL, 0, CAMPAIGN, Signed("https://l.example", Tokens([b"k" * 16])), mine=False),
    ):
        assert links.in_html('<a href="https://a.example/">x</a>') == plain


def test_links_that_are_only_shown_can_be_read() -> None:
    links = MessageLinks(MAIL, 0, CAMPAIGN, Shown("https://l.example"))
    assert links.recorded("nps", {"score": 9, "glad": True}) == "https://l.example/r/nps?score=9&glad=yes"
    assert links.confirmed("news") == "https://l.example/confirm/news"
    assert links.unsubscribe("a@b.example") == "https://l.example/u/news"
    assert MessageLinks(MAIL, 0, CAMPAIGN, None).unsubscribe("A <a@b.example>") == "mailto:a@b.example?subject=unsubscribe%20ana%2F1%2Fs%2F1"
    assert MessageLinks(MAIL, 0, CAMPAIGN, None).unsubscribe(None) is None
