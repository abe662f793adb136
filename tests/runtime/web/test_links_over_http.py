"""Links followed over HTTP: by people, by machines, and with tokens that are not right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from triggerfish.runtime.links.tokens import Click, Confirming, Mail, Opened, Recording, Tokens, Unsubscribing

Make = Callable[..., Any]
DAY = 86_400_000


def click(site: Any, target: str = "https://shop.example/cart", **fields: Any) -> str:
    mail = Mail(**{name: getattr(site.mail, name) for name in site.mail.__struct_fields__} | fields)
    return "/c/" + site.desk.tokens.seal("c", Click(mail, target))


def test_a_click_is_noted_and_leads_on(site: Make) -> None:
    s = site()
    with s.up():
        answer = s.get(click(s, "https://shop.example/cart?a=1#top"))
    assert answer.status == 302
    assert answer.headers["location"] == (
        "https://shop.example/cart?a=1&utm_source=newsletter&utm_medium=email&utm_campaign=shipping&utm_content=letter#top"
    )
    [event] = s.events()
    assert event.input.name == "email_clicked"
    assert event.input.at == s.clock.moment
    assert event.origin == "delivery"
    assert event.input.fields == {
        "message": "letter", "flow": "shipping", "step": "send:1", "topic": "news", "key": "ana/1/send:1/1",
        "link": "https://shop.example/cart?a=1#top",
    }


def test_links_of_other_channels_carry_no_tags(site: Make) -> None:
    s = site()
    with s.up():
        assert s.get(click(s, channel="sms")).headers["location"] == "https://shop.example/cart"
    assert s.names() == ["sms_clicked"]


def test_a_double_click_is_one_click_and_a_later_one_another(site: Make) -> None:
    s = site()
    with s.up():
        s.get(click(s))
        s.get(click(s))
    with s.up():
        s.clock.moment += 1_000
        s.get(click(s))
    assert s.names() == ["email_clicked"] * 2


def test_links_that_are_followed_all_at_once_are_followed_by_a_machine(site: Make) -> None:
    s = site(burst_seconds=60)
    with s.up():
        s.get("/o/" + s.desk.tokens.seal("o", Opened(s.mail)))
        s.get(click(s, "https://shop.example/a"))
        s.get(click(s, "https://shop.example/b"))
        s.get(click(s, "https://shop.example/a", key="/2/send:1/1"))
    assert sorted(s.names()) == ["email_clicked", "email_prefetched", "email_prefetched", "email_prefetched"]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"User_Agent": "Mozilla/5.0"}),
        ("GET", {"User_Agent": ""}),
        ("GET", {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
        ("GET", {"User_Agent": "curl/8.5.0"}),
        ("GET", {"Sec_Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"X_Moz": "prefetch"}),
    ],
)
def test_machines_are_no_readers(site: Make, method: str, headers: dict[str, str]) -> None:
    s = site()
    with s.up():
        assert s.ask(method, click(s), **headers).status == 302
        assert s.ask(method, "/o/" + s.desk.tokens.seal("o", Opened(s.mail)), **headers).status == 200
    assert s.names() == ["email_prefetched"] * 2


@pytest.mark.parametrize("agent", [None, "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "YahooMailProxy; https://help.yahoo.com"])
def test_an_open_is_noted(site: Make, agent: str | None) -> None:
    s = site()
    with s.up():
        answer = s.get("/o/" + s.desk.tokens.seal("o", Opened(s.mail)), **({"User_Agent": agent} if agent else {}))
        wrong = s.get("/o/x")
    assert (answer.status, answer.headers["content-type"], answer.body[:4]) == (200, "image/gif", b"GIF8")
    assert "no-store" in answer.headers["cache-control"]
    assert (wrong.status, wrong.body) == (404, answer.body)
    assert s.names() == ["email_opened"]


@pytest.mark.parametrize("path", ["/c/", "/r/", "/u/", "/confirm/"])
def test_wrong_tokens_get_a_plain_page(site: Make, path: str) -> None:
    s = site()
    purpose = path.strip("/")
    whats = {
        "c": Click(s.mail, "https://shop.example"), "r": Recording(s.mail, "nps_answered", {"score": 9}),
        "u": Unsubscribing(s.mail), "confirm": Confirming(s.mail, "weekly", s.clock.moment + DAY),
    }
    right = s.desk.tokens.seal(purpose, whats[purpose])
    foreign = Tokens([b"the key of somebody else"]).seal(purpose, whats[purpose])
    elsewhere = s.desk.tokens.seal("o", Opened(s.mail))
    with s.up():
        for method in ("GET", "POST"):
            for token in ("", "x", right[:-1], right[:-1] + ("A" if right[-1] != "A" else "B"), foreign, elsewhere, "%C3%A9", "%FF", "..%2f"):
                if path == "/c/" and method == "POST":
                    continue
                answer = s.ask(method, path + token)
                assert answer.status == 404, token
                assert "This link does not work" in answer.text
                assert "Traceback" not in answer.text
    assert s.events() == []
    assert s.notices == []


@pytest.mark.parametrize("target", ["javascript:alert(1)", "//evil.example", "https:evil.example", "data:text/html,x"])
def test_a_click_leads_only_to_the_web(site: Make, target: str) -> None:
    s = site()
    with s.up():
        answer = s.get(click(s, target))
        added = s.get(click(s) + "?url=https://evil.example&to=https://evil.example")
    assert (answer.status, "location" in answer.headers) == (404, False)
    assert "evil" not in added.headers["location"]


def test_a_link_records_its_event_when_its_page_is_posted(site: Make) -> None:
    s = site()
    path = "/r/" + s.desk.tokens.seal("r", Recording(s.mail, "nps_answered", {"score": 9, "who": "Ana"}))
    with s.up():
        shown = s.get(path)
        s.ask("HEAD", path)
        assert s.events() == []
        done = s.post(path, b"")
        again = s.post(path, b"")
    assert (shown.status, done.status, again.status) == (200, 200, 200)
    assert '<form method="post"><button>Send my answer</button></form>' in shown.text
    assert "document.forms[0].submit()" in shown.text
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    [event] = s.events()
    assert (event.input.kind, event.input.name, event.input.fields) == ("event", "nps_answered", {"score": 9, "who": "Ana"})


def test_a_link_whose_event_is_gone_or_has_changed_has_ended(site: Make) -> None:
    s = site()
    gone = "/r/" + s.desk.tokens.seal("r", Recording(s.mail, "forgotten", {}))
    changed = "/r/" + s.desk.tokens.seal("r", Recording(s.mail, "nps_answered", {"score": "nine"}))
    with s.up():
        assert (s.get(gone).status, s.post(gone).status, s.post(changed).status) == (410, 410, 410)
        assert "has ended" in s.post(changed).text
    assert s.events() == []
    assert "score" in s.notices[0]


def test_people_unsubscribe_by_a_button_or_by_one_click(site: Make) -> None:
    s = site()
    path = "/u/" + s.desk.tokens.seal("u", Unsubscribing(s.mail))
    with s.up():
        shown = s.get(path)
        assert s.events() == []
        done = s.post(path, b"List-Unsubscribe=One-Click", Content_Type="application/x-www-form-urlencoded", User_Agent="")
        s.post(path)
        s.clock.moment += 60_000
        s.post(path)
    assert "“The news”" in shown.text
    assert "submit()" not in shown.text
    assert (done.status, "You are unsubscribed" in done.text) == (200, True)
    assert s.names() == ["email_unsubscribed"] * 2
    assert s.events()[0].input.fields["topic"] == "news"


def test_people_confirm_by_a_button_until_the_link_ends(site: Make) -> None:
    s = site()
    path = "/confirm/" + s.desk.tokens.seal("confirm", Confirming(s.mail, "weekly", s.clock.moment + DAY))
    gone = "/confirm/" + s.desk.tokens.seal("confirm", Confirming(s.mail, "forgotten", s.clock.moment + DAY))
    with s.up():
        assert "“Weekly letter”" in s.get(path).text
        assert s.events() == []
        assert s.post(path).status == 200
        assert s.post(gone).status == 410
        s.clock.moment += DAY
        assert (s.get(path).status, s.post(path).status) == (410, 410)
    [event] = s.events()
    assert (event.input.kind, event.input.name, event.input.fields) == ("consent", "weekly", {"how": "confirm", "channel": "email"})


def test_people_go_on_and_are_told_to_come_back_while_nothing_can_be_stored(site: Make) -> None:
    s = site()
    record = "/r/" + s.desk.tokens.seal("r", Recording(s.mail, "nps_answered", {"score": 9}))
    with s.up():
        with s.gone():
            assert s.get(click(s)).status == 302
            answer = s.post(record)
        assert s.post(record).status == 200
    assert s.names() == ["nps_answered", "email_clicked"]
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert "Please try again" in answer.text
