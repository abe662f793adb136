"""``preview``: what is shown is what would be sent, and what may be wrong with it is said."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main

FLOWS = """\
profile
    first_name    text
    plan          one of "free", "pro" = "free"
    renewal_date  date
    interests     list of text

event ordered
    order_id   text
    total      number
    placed_at  datetime
    items      list
        name   text
        price  number

event rated
    stars  number

topic offers "Offers" for email, sms

value orders is count of ordered ever

policy
    sender "Tea & Co <tea@shop.example>"
    postal address "1 Rue X, Paris"

message news "After an order"
    email
        subject "{{ first_name }}, order {{ event.order_id }}"
        preview "{{ event.items | size }} things"
        body file "news.html"
    email in "fr"
        subject "Merci {{ first_name }}"
        preview "Merci"
        body "Bonjour {{ first_name }}"
    sms "{{ first_name }}: {{ tip }}"

message receipt
    email
        subject "Receipt"
        preview "Paid"
        body "Paid {{ event.total }}"

message thanks
    email
        subject "{{ rating.stars }} stars"
        preview "Thanks"
        body "Thanks for {{ rating.stars }} stars. {{ interests | join: ', ' }}"

message nobody_sends
    email
        subject "Hi"
        body "Hello {{ first_name }}"

flow after_order
    start when ordered
    about offers
    send email news
    send sms news with tip: "drink tea"
    send email receipt transactional
    wait up to 3 days for rated as rating
    send email thanks
"""
NEWS = """\
<html><body><h1>Hello {{ first_name }}</h1>
{% for item in event.items %}<p>{{ item.name }}: {{ item.price }}</p>{% endfor %}
<p>{{ orders }} orders, placed {{ event.placed_at | date: "%Y" }}, until {{ renewal_date | date: "%B" }}, {{ plan }}</p>
</body></html>
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.flow").write_text(FLOWS)
    (tmp_path / "news.html").write_text(NEWS)
    return tmp_path


@pytest.fixture
def preview(shop: Path):
    def running(message: str, *options: str) -> dict:
        result = run(message, shop, *options, "--format", "json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return running


def run(message: str, project: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["preview", message, str(project), *options])


def codes(found: dict) -> list[str]:
    return [warning["code"] for warning in found["warnings"]]


def test_everything_named_has_a_sensible_value(preview):
    found = preview("news")
    assert found["subject"] == "Ana, order order-1"
    assert found["preview"] == "2 things"
    assert "<p>Teapot: 49.9</p><p>Kettle: 50.9</p>" in found["html"]
    assert re.search(r"3 orders, placed 20\d\d, until [A-Z][a-z]+, free", found["html"])
    assert found["from"] == '"Tea & Co" <tea@shop.example>' or found["from"] == "Tea & Co <tea@shop.example>"
    assert found["to"] == "ana@example.com"
    assert {"first_name", "renewal_date", "orders", "event.order_id"} <= set(found["made_up"])
    assert "plan" not in found["made_up"], "the declared default is no invention"
    assert found["warnings"] == []


def test_what_a_marketing_mail_gets_is_there(preview):
    found = preview("news")
    assert found["marketing"] is True
    assert "1 Rue X, Paris<br>" in found["html"]
    assert '<a href="mailto:tea@shop.example?subject=unsubscribe%20preview"' in found["html"]
    assert found["text"].rstrip().endswith("Unsubscribe: mailto:tea@shop.example?subject=unsubscribe%20preview")
    assert found["size"]["mail"] > found["size"]["html"] == len(found["html"].encode())


def test_a_transactional_mail_has_no_footer(preview):
    found = preview("receipt")
    assert (found["marketing"], found["warnings"]) == (False, [])
    assert "Unsubscribe" not in found["html"]


def test_values_by_hand(preview):
    found = preview(
        "news", "--set", "first_name=Bo", "--set", "event.order_id=A7", "--set", 'event.items=[{"name": "Cup", "price": 3}]'
    )
    assert found["subject"] == "Bo, order A7"
    assert "<p>Cup: 3</p>\n" in found["html"]
    assert "first_name" not in found["made_up"]


def test_language(preview):
    assert preview("news", "--set", "language=fr")["subject"] == "Merci Ana"


def test_another_channel_and_values_given_with_the_send(preview):
    found = preview("news", "--channel", "sms")
    assert found["fields"] == {"body": "Ana: drink tea"}
    assert found["html"] is None


def test_names_given_with_as(preview):
    found = preview("thanks")
    assert re.fullmatch(r"\d+ stars", found["subject"])
    assert "Interest, Interest 2" in found["html"]


def test_message_that_nobody_sends(preview):
    found = preview("nobody_sends")
    assert codes(found) == ["not-sent", "no-preview"]


def test_for_a_person_of_the_store(shop: Path, preview):
    for words in (
        ["identify", "u1", "email=bo@example.com", "first_name=Bo", "renewal_date=2026-05-01", "-C", str(shop)],
        ["track", "u1", "ordered", "order_id=B2", "total=12.5", "-C", str(shop)],
        ["run", str(shop), "--until-idle"],
    ):
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
    found = preview("thanks", "--for", "bo@example.com", "--set", 'interests=["tea"]')
    assert found["to"] == "bo@example.com"
    found = preview("news", "--for", "u1", "--set", "event.placed_at=2026-03-02T10:00", "--set", "event.items=[]")
    assert found["subject"] == "Bo, order B2", "the person's own event"
    assert "1 orders" in found["html"]
    assert "until May" in found["html"]


def test_a_value_a_real_person_lacks_is_told(shop: Path):
    CliRunner().invoke(main, ["identify", "u1", "email=bo@example.com", "-C", str(shop)])
    CliRunner().invoke(main, ["run", str(shop), "--until-idle"])
    result = run("nobody_sends", shop, "--for", "u1")
    assert result.exit_code == 1
    assert "nobody_sends would not go out to u1: “first_name” is unknown, and the body needs it" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["newz"], 1, "there is no message newz; did you mean news?"),
        (["news", "--channel", "push"], 2, "news has no push part; it has: email, sms"),
        (["news", "--set", "first_nam=Bo"], 2, "news uses no first_nam; did you mean first_name?"),
        (["news", "--set", "first_name"], 2, "should be name=value"),
        (["news", "--for", "nobody@example.com"], 1, 'nobody is known as "nobody@example.com"'),
    ],
)
def test_wrong_usage(shop: Path, words: list[str], code: int, says: str):
    result = run(words[0], shop, *words[1:])
    assert result.exit_code == code
    assert says in result.stderr


# --- remarks ----------------------------------------------------------------------------------


BODIES = {
    "no-alt": '<img src="https://x.example/a.png">',
    "no-picture": '<img src="a.png" alt="">',
    "insecure-picture": '<img src="http://x.example/a.png" alt="a">',
    "insecure-link": '<a href="http://x.example/">x</a>',
    "broken-link": '<a href="#">x</a>',
    "clipped": "<p>" + "word " * 22_000 + "</p>",
}


@pytest.mark.parametrize(("code", "body"), BODIES.items(), ids=BODIES)
def test_remark_about_the_body(shop: Path, preview, code: str, body: str):
    (shop / "news.html").write_text(f"<html><body>{body}</body></html>")
    assert codes(preview("news")) == [code]


def test_good_links_and_pictures_are_fine(shop: Path, preview):
    (shop / "news.html").write_text(
        '<html><body><a href="https://x.example/?a=1&amp;b=2">x</a><a href="mailto:a@x.example">y</a>'
        '<a href="tel:+15005550006">z</a><img src="https://x.example/a.png" alt=""></body></html>'
    )
    assert codes(preview("news")) == []


def test_remarks_about_the_headline(shop: Path, preview):
    text = FLOWS.replace('subject "Receipt"', f'subject "{"Receipt " * 9}"').replace('preview "Paid"\n', f'preview "{"Paid " * 40}"\n')
    (shop / "shop.flow").write_text(text)
    assert codes(preview("receipt")) == ["long-subject", "long-preview"]


def test_no_sender_means_no_way_to_unsubscribe(shop: Path, preview):
    lines = [line for line in FLOWS.splitlines() if not line.startswith(("policy", "    sender", "    postal"))]
    (shop / "shop.flow").write_text("\n".join(lines) + "\n")
    assert codes(preview("news")) == ["no-sender", "no-unsubscribe", "no-postal-address"]


def test_a_link_that_records_is_shown_before_there_is_a_web_service(shop: Path, preview):
    text = FLOWS.replace('body "Paid {{ event.total }}"', """body "[Nine]({{ 'rated' | record_link: stars: 9 }})\"""")
    (shop / "shop.flow").write_text(text)
    found = preview("receipt")
    assert 'href="https://links.example/r/rated?stars=9"' in found["html"]
    (warning,) = found["warnings"]
    assert warning["code"] == "no-web"
    assert warning["message"].startswith("it would not go out yet: ")
    assert "set public_url in the section [web]" in warning["message"]
    (shop / "triggerfish.toml").write_text('[web]\npublic_url = "https://go.shop.example"\n')
    found = preview("receipt")
    assert 'href="https://go.shop.example/r/rated?stars=9"' in found["html"]
    assert found["warnings"] == []


def test_long_text_message(shop: Path, preview):
    (shop / "shop.flow").write_text(FLOWS.replace('tip: "drink tea"', f'tip: "{"drink tea " * 20}"'))
    found = preview("news", "--channel", "sms")
    assert found["warnings"][0]["message"].endswith("is paid as 2 messages")


# --- the page ---------------------------------------------------------------------------------


class Frames(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.frames: list[dict[str, str | None]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "iframe":
            self.frames.append(dict(attrs))


def test_page(shop: Path, tmp_path: Path):
    (shop / "news.html").write_text(NEWS.replace("<h1>", '<script>alert("x")</script><h1 title="a&quot;b">'))
    target = tmp_path / "pages" / "out.html"
    result = run("news", shop, "-o", str(target))
    assert result.exit_code == 0, result.output
    assert f"written: {target}" in result.stdout
    page = target.read_text()
    reader = Frames()
    reader.feed(page)
    assert [frame["title"] for frame in reader.frames] == ["on a computer", "on a phone"]
    assert all(frame["sandbox"] == "" for frame in reader.frames), "no rights at all"
    assert reader.frames[0]["srcdoc"] == reader.frames[1]["srcdoc"]
    assert '<h1 title="a&quot;b">Hello Ana</h1>' in (reader.frames[0]["srcdoc"] or "")
    assert "script" not in reader.tags, "what the mail holds stays inside its frame"
    assert "Ana, order order-1" in page
    assert "Hello Ana" in page.split("Text part")[1]


def test_page_goes_into_the_project_by_itself(shop: Path):
    result = run("news", shop, "--channel", "sms")
    assert result.exit_code == 0
    assert "Ana: drink tea" in (shop / ".triggerfish/preview/news.sms.html").read_text()


def test_opened_only_when_asked(shop: Path, monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    run("news", shop)
    assert opened == []
    run("news", shop, "--open")
    assert opened == [(shop / ".triggerfish/preview/news.email.html").as_uri()]
