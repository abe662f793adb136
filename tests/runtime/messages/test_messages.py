"""Bodies as people write them, compiled once, and what each person gets."""

from __future__ import annotations

import sys
import time
from html.parser import HTMLParser
from typing import Any

import pytest

from triggerfish.dsl.ir.program import Message, Part, PartField, Policy, Program
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.messages.markup import kind_of
from triggerfish.runtime.messages.messages import MessageSet, Rendered, Unrendered
from triggerfish.runtime.messages.placeholders import Placeholders

CHANNELS = load_plugins().channels
VALUES: dict[str, Any] = {
    "first_name": "A<na>",
    "vip": True,
    "event": {"items": [{"id": 1, "name": "Téa & co"}, {"id": 2, "name": "Cup"}]},
}
MJML = """<mjml>
  <mj-head><mj-style inline="inline">.z { color: red }</mj-style></mj-head>
  <mj-body>
    {% for item in event.items %}
    <mj-section><mj-column>
      <mj-text css-class="z">Hi {{ first_name | default: "you" }}{% if vip %}, dear{% endif %}</mj-text>
      <mj-button href="https://x.example/{{ item.id }}?a=b&amp;c={{ item.name | url_encode }}">Buy {{ item.name }}</mj-button>
    </mj-column></mj-section>
    {% endfor %}
    <mj-section><mj-column><mj-table>{% for item in event.items %}<tr><td>{{ item.name }}</td></tr>{% endfor %}</mj-table>
    </mj-column></mj-section>
  </mj-body>
</mjml>"""
HTML = """<html><head><style>.a { color: red } a:hover { color: blue }</style></head><body>
<table>{% for item in event.items %}<tr><td class="a">{{ item.name }}</td></tr>{% endfor %}</table>
<a href="{% if vip %}https://v.example/?n={{ first_name | append: "x" }}{% else %}https://n.example{% endif %}">go</a></body></html>"""
MARKDOWN = """# Hi {{ first_name | default: 'you' }}

{% for item in event.items %}
- **{{ item.name }}** [buy](https://x.example/{{ item.id }}?a=1&b=2)
{% endfor %}
{% if vip %}
You are *special* _{{ first_name }}_
{% endif %}

| a | b |
|---|---|
| {{ first_name }} | {% if vip %}yes{% endif %} |
"""


def program(*parts: Part, timezone: str = "UTC") -> Program:
    message = Message("m", "M", tuple(parts), "mails.flow", 1)
    return Program(messages=(message,), policy=Policy(timezone=timezone))


def part(language: str | None = None, channel: str = "email", file: str | None = None, **fields: str) -> Part:
    made = [PartField(name, source, file if name == "body" else None, 7, ()) for name, source in fields.items()]
    return Part(channel, language, tuple(made), 5)


def compiled(body: str, file: str | None = None, **fields: str) -> MessageSet:
    made = MessageSet(program(part(subject="Hello", body=body, file=file, **fields)), CHANNELS)
    assert made.problems == []
    return made


def render(messages: MessageSet, language: str | None = None, **changes: Any) -> dict[str, str]:
    result = messages.render("m", "email", language, {**VALUES, **changes}, at=0)
    assert isinstance(result, Rendered), result
    return result.fields


class Balance(HTMLParser):
    """Checks that elements close in the order they opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br", "img", "link", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def balanced(html: str) -> str:
    check = Balance()
    check.feed(html)
    assert check.open == []
    return html


def test_mjml_with_loops_conditions_and_styles() -> None:
    fields = render(compiled(MJML))
    html = balanced(fields["body"])
    assert "{%" not in html
    assert "tfq" not in html
    assert html.count("Hi A&lt;na&gt;, dear") == 2
    assert 'href="https://x.example/2?a=b&amp;c=Cup"' in html
    assert "Buy Téa &amp; co" in html
    assert html.count("<tr><td>") == 2
    assert "color: red" in html
    assert "Hi A<na>, dear\n" in fields["text"]
    assert "Buy Cup (https://x.example/2?a=b&c=Cup)" in fields["text"]
    assert "Téa & co\nCup" in fields["text"]


def test_html_keeps_its_loops_and_gets_its_styles() -> None:
    fields = render(compiled(HTML))
    html = balanced(fields["body"])
    assert html.count('<tr><td class="a" style="color: red;">') == 2
    assert "a:hover" in html, "what only a style sheet can say stays in it"
    assert 'href="https://v.example/?n=A&lt;na&gt;x"' in html
    assert "https://n.example" in render(compiled(HTML), vip=False)["body"]
    assert fields["text"].startswith("Téa & co\nCup\ngo (https://v.example/?n=A<na>x)")


def test_html_without_a_style_sheet_stays_as_it_was_written() -> None:
    body = '<P CLASS=x {% if vip %}id="v"{% endif %}>Hi<br/>{{ first_name }}</P>'
    assert render(compiled(body))["body"] == '<P CLASS=x id="v">Hi<br/>A&lt;na&gt;</P>'


def test_markdown() -> None:
    fields = render(compiled(MARKDOWN))
    html = balanced(fields["body"])
    assert "<h1>Hi A&lt;na&gt;</h1>" in html
    assert html.count("<ul>\n<li><strong>") == 2
    assert '<a href="https://x.example/1?a=1&amp;b=2">buy</a>' in html
    assert "<p>You are <em>special</em> <em>A&lt;na&gt;</em></p>" in html
    assert "<td>A&lt;na&gt;</td>\n<td>yes</td>" in html
    assert "special" not in render(compiled(MARKDOWN), vip=False)["body"]
    assert "- Téa & co buy (https://x.example/1?a=1&b=2)" in fields["text"]


def test_a_plain_sentence_is_a_mail_too() -> None:
    fields = render(compiled("Hello {{ first_name }}, 2 < 3 & so on"))
    assert "<p>Hello A&lt;na&gt;, 2 &lt; 3 &amp; so on</p>" in fields["body"]
    assert fields["text"].strip() == "Hello A<na>, 2 < 3 & so on"


def test_values_cannot_bring_markup_or_templates_of_their_own() -> None:
    evil = "<script>x</script>{{ secret }}{% if %}[a](javascript:x) **b** tfq0z <!--tfq0z-->"
    for body in (MJML, HTML, MARKDOWN, "Hi {{ first_name }}"):
        html = render(compiled(body), first_name=evil, event={"items": [{"id": 1, "name": evil}]})["body"]
        assert "<script>" not in html
        assert "{{ secret }}" in html
        assert "**b**" in html
        assert "tfq0z &lt;!--tfq0z--&gt;" in html


def test_the_preview_is_hidden_in_front() -> None:
    for body in (MJML, HTML, MARKDOWN, "<p>Hi</p>"):
        fields = render(compiled(body, preview="{{ first_name }} & <you>"))
        before = fields["body"].split("<body", 1)[-1]
        assert 'style="display:none' in before[:300]
        assert "A&lt;na&gt; &amp; &lt;you&gt;" in before[:600]
        assert "<you>" not in fields["text"]
        assert fields["preview"] == "A<na> & <you>"


def test_an_own_text_is_taken_as_it_is() -> None:
    fields = render(compiled("<p>Hi</p>", text="Hi {{ first_name }}\n"))
    assert fields["text"] == "Hi A<na>"


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr-CA"),
        ("fr_CA", "fr-CA"),
        ("FR-be", "fr"),
        ("de", "none"),
        (None, "none"),
        ("", "none"),
    ],
)
def test_the_part_is_chosen_by_language(wanted: str | None, got: str) -> None:
    parts = [
        part(None, subject="none", body="x"),
        part("fr", subject="fr", body="x"),
        part("fr-CA", subject="fr-CA", body="x"),
    ]
    assert render(MessageSet(program(*parts), CHANNELS), wanted)["subject"] == got


def test_without_a_general_part_the_first_is_better_than_none() -> None:
    parts = [part("fr", subject="fr", body="x"), part("de", subject="de", body="x")]
    assert render(MessageSet(program(*parts), CHANNELS), "en")["subject"] == "fr"


def test_a_missing_value_is_reported_and_nothing_is_half_rendered() -> None:
    messages = MessageSet(program(part(subject="Hi {{ first_name }}", body="x", preview="{{ event.total }}")), CHANNELS)
    result = messages.render("m", "email", None, {}, at=0)
    assert result == Unrendered("subject", "first_name", "“first_name” is unknown, and the subject needs it")
    result = messages.render("m", "email", None, {"first_name": "Ana"}, at=0)
    assert isinstance(result, Unrendered)
    assert result.name == "event.total"


def test_other_reasons_not_to_send() -> None:
    messages = MessageSet(program(part(subject="{% if vip %}x{% endif %}", body="{{ vip | divided_by: 0 }}")), CHANNELS)
    result = messages.render("m", "email", None, {}, at=0)
    assert result == Unrendered("subject", None, "the subject is empty")
    result = messages.render("m", "email", None, {"vip": 1}, at=0)
    assert isinstance(result, Unrendered)
    assert result.reason.startswith("the body cannot be filled in")
    result = messages.render("m", "sms", None, {}, at=0)
    assert result == Unrendered(None, None, "the message m has no sms part that can be used")


def test_dates_in_the_persons_zone_or_the_policys() -> None:
    subject = "{{ now | date: '%H:%M' }}"
    messages = MessageSet(program(part(subject=subject, body="x"), timezone="Asia/Tokyo"), CHANNELS)
    assert render(messages)["subject"] == "09:00"
    assert render(messages, timezone="Europe/Paris")["subject"] == "01:00"


def test_push_and_sms_are_plain_texts() -> None:
    parts = [part(channel="sms", body=" Hi {{ first_name }} "), part(channel="push", title="<b>", body="*x*")]
    messages = MessageSet(program(*parts), CHANNELS)
    assert messages.render("m", "sms", None, VALUES, at=0) == Rendered({"body": "Hi A<na>"}, None)
    assert messages.render("m", "push", None, VALUES, at=0) == Rendered({"title": "<b>", "body": "*x*"}, None)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("<mjml><mj-body><mj-sectin></mj-sectin></mj-body></mjml>", "TF451", "did you mean <mj-section>?"),
        (
            "<mjml>\n<mj-body>\n<mj-section></mj-body></mjml>",
            "TF451",
            "<mj-section> (line 3) is not closed before </mj-body>",
        ),
        ("<mjml><mj-body>", "TF451", "<mj-body> (line 1) is never closed"),
        ("<mjml><mj-body><mj-include path='/etc/passwd'/></mj-body></mjml>", "TF451", "cannot read other files"),
        (
            "<mjml><mj-body><mj-section><mj-column><mj-text>a < b</mj-text></mj-column></mj-section></mj-body></mjml>",
            "TF451",
            "&lt;",
        ),
        ("<style>p{color:red}</style><p {% if x %}class=x{% endif %}>Hi</p>", "TF453", "{% if x %}"),
        ("<p>{{ a", "TF454", "never closed"),
    ],
)
def test_mistakes_in_bodies(body: str, code: str, words: str) -> None:
    messages = MessageSet(program(part(subject="x", body=body)), CHANNELS)
    assert [problem.code for problem in messages.problems] == [code]
    problem = messages.problems[0]
    assert words in problem.message
    assert (problem.span.file, problem.span.line) == ("mails.flow", 7)
    assert isinstance(messages.render("m", "email", None, VALUES, at=0), Unrendered)


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mjml", None)
    messages = MessageSet(program(part(subject="x", body=MJML)), CHANNELS)
    assert [problem.code for problem in messages.problems] == ["TF452"]
    assert "mjml-python" in messages.problems[0].message
    assert "pip install" in (messages.problems[0].help or "")


@pytest.mark.parametrize(
    ("source", "file", "kind"),
    [
        ("<mjml>", None, "MJML"), ("<!-- x -->\n<mjml>", None, "MJML"), ("<p>x</p>", None, "HTML"), ("x", "a.html", "HTML"),
        ("# x", None, "Markdown"), ("a < b", None, "Markdown"), ("<p>x</p>", "a.md", "Markdown"), ("<p>", "a.mjml", "MJML"),
        ("Hi <b>you</b>", None, "HTML"), ("Hi {{ a }}", "mails/a.v2.txt", "Markdown"),
    ],
)  # fmt: skip
def test_what_a_body_is(source: str, file: str | None, kind: str) -> None:
    assert kind_of(source, file) == kind


def test_placeholders_bring_back_what_they_took() -> None:
    source = "tfq {{ a }}{% raw %}{{ x }}{% endraw %}{% comment %}{{ y }}{% endcomment %}{%- if b -%}é{% endif %}TFQQ"
    placeholders = Placeholders()
    taken = placeholders.take(source)
    assert "{" not in taken
    assert placeholders.put_back(taken) == source.replace("{% comment %}{{ y }}{% endcomment %}", "")


def test_speed() -> None:
    body = HTML.replace("</body>", "<p>{{ first_name }} {{ vip }}</p>\n" * 20 + "</body>")
    messages = compiled(body)
    best = 0.0
    for _ in range(5):
        begin = time.process_time()
        for _ in range(50):
            messages.render("m", "email", None, VALUES, at=0)
        best = max(best, 50 / (time.process_time() - begin))
    assert best > 300, f"{best:.0f} renders a second"
