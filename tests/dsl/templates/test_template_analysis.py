"""What templates name, and what is said about those that cannot be read."""

from __future__ import annotations

import random
import threading
from contextlib import suppress

import pytest

from triggerfish.dsl.templates import (
    BadTemplate,
    MissingValue,
    TemplateFailure,
    TemplateName,
    analyse,
    parse_template,
)

AT = 1_764_000_000_000  # 2025-11-24 16:00 UTC


def fill(source: str, html: bool = False, zone: str = "UTC", **values: object) -> str:
    return parse_template(source, html=html).fill(values, at=AT, timezone=zone)


def test_names_and_where_they_stand() -> None:
    source = "Hé {{ first_name | default: nick }}, {{ event.items[0].price }} {% if plan == 'pro' %}{{ plan }}{% endif %}"
    names, errors = analyse(source)
    assert errors == ()
    assert [name.path for name in names] == [
        ("first_name",), ("nick",), ("event", "items", "price"), ("plan",), ("plan",),
    ]  # fmt: skip
    for name in names:
        assert source[name.offset :].startswith(name.path[0])
        assert not name.local


def test_local_names_say_what_they_stand_for() -> None:
    source = (
        "{% for item in event.items %}{{ item.price }}{{ forloop.index }}{% for tag in item.tags %}{{ tag }}{% endfor %}"
        "{% endfor %}{% assign total = event.total %}{{ total }}{% assign up = total | upcase %}{{ up }}{{ item.price }}"
    )
    names, _ = analyse(source)
    local = [(name.path, name.stands_for) for name in names if name.local]
    assert local == [
        (("item", "price"), ("event", "items", "price")),
        (("item", "tags"), ("event", "items", "tags")),
        (("tag",), ("event", "items", "tags")),
        (("total",), ("event", "total")),
        (("total",), ("event", "total")),
        (("up",), None),
    ]
    assert names[-1] == TemplateName(("item", "price"), source.rindex("item.price"), local=False)


def test_dates_need_the_time_zone() -> None:
    names, _ = analyse("{{ birthday | date: '%d' }}{{ now | date: '%Y' }}{{ unsubscribe_url }}")
    assert [name.path for name in names] == [("birthday",), ("timezone",), ("timezone",)]


def test_paths_end_where_they_are_only_known_later() -> None:
    names, _ = analyse("{{ prices[plan].eur }}{{ a['b c'].d }}")
    assert [name.path for name in names] == [("prices",), ("plan",), ("a", "b c", "d")]


@pytest.mark.parametrize(
    ("source", "message", "at"),
    [
        ("Hi {{ name", "“{{” is never closed by “}}”", 3),
        ("{% if a %}x", "“{% if … %}” is never closed by “{% endif %}”", 0),
        ("{% if a %}{% for x in y %}{% endif %}", "“{% endfor %}” must come before “{% endif %}”", 26),
        ("{% endif %}", "“{% endif %}” closes nothing that is open here", 0),
        ("{% else %}", "“{% else %}” belongs inside “{% if %}”", 3),
        ("{% fo x in y %}", "there is no “{% fo %}”: did you mean “{% for %}”?", 3),
        ("{% elif a %}", "there is no “{% elif %}”: write “{% elsif … %}”", 3),
        ("{% include 'x' %}", "there is no “{% include %}”: a template cannot read other files: write the text here", 3),
        ("{{ a | defalt: 'x' }}", "there is no filter “defalt”: did you mean “default”?", 7),
        ("{{ a | append }}", "the filter “append” needs a value after “:”", 7),
        ("{{ }}", "“{{ }}” names nothing", 0),
        ("{{ first name }}", "a name is not expected here: filters follow “|”, their values “:” and further values “,”", 9),
        ("{% if a = b %}{% endif %}", "one “=” says nothing here: compare with “==”", 8),
        ("{{ 'x }}", "a quote is never closed", 3),
        ("{{ a & b }}", "“&” means nothing in a template", 5),
        ("{% %}", "“{% %}” says nothing", 0),
        ("{% comment %}", "“{% comment … %}” is never closed by “{% endcomment %}”", 0),
        (
            "{{ x | record_link: score: 9 }}",
            "“record_link” follows the name of an event in quotes, as in “{{ 'nps_answered' | record_link: score: 9 }}”", 7,
        ),
        ("{{ 'x' | upcase | confirm_link }}", "“confirm_link” follows the name of a topic in quotes, as in “{{ 'news' | confirm_link }}”", 18),
        ("{{ 'x' | record_link: 9 }}", "the filter “record_link” needs other values than these", 9),
    ],
)
def test_errors_in_plain_words(source: str, message: str, at: int) -> None:
    names, errors = analyse(source)
    assert names == ()
    assert [(error.message, error.offset) for error in errors] == [(message, at)]
    with pytest.raises(BadTemplate):
        parse_template(source, html=False)


def test_any_text_is_looked_at_without_an_exception() -> None:
    chance = random.Random(7)
    pieces = ["{{", "}}", "{%", "%}", " if ", "for x in y", "endif", "endfor", "|", "default:", "'", '"', "a.b", "[", "]", "é", "\n",
              "raw", "endraw", "comment", "(1..3)", "==", "assign x =", "case", "when", "liquid", "-", "#", "cycle 'a',", "9"]  # fmt: skip
    for _ in range(4000):
        source = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 14)))
        names, errors = analyse(source)
        assert not (names and errors)
        assert all(0 <= error.offset <= len(source) for error in errors), source
        assert all(source[name.offset :] for name in names), source
        if not errors:
            with suppress(MissingValue, TemplateFailure):
                parse_template(source, html=True).fill({}, at=AT, timezone="UTC")


# --- filling in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["{{ a }}", "{{ a.b.c }}", "{{ a | upcase }}", "{{ 'x' | append: a }}", "{% echo a %}",
                                    "{% assign x = a | strip %}{{ x }}", "{% capture x %}{{ a }}{% endcapture %}", "{% cycle a, 'x' %}",
                                    "{{ a | size }}", "{{ l | join: ', ' }}", "{{ l }}", "{{ empty | first }}", "{{ g.list.first.x }}",
                                    "{{ 'x' | default: 'y' | append: a }}", "{{ false_ | default: a }}"])  # fmt: skip
def test_an_unknown_value_is_never_left_out_silently(source: str) -> None:
    with pytest.raises(MissingValue):
        fill(source, a=None, l=["x", None], empty=[], false_=False, g={"list": []})
    with pytest.raises(MissingValue):
        fill(source, l=["x", None], empty=[], g={"list": []})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ a | default: 'x' }}", "x"),
        ("{{ a.b.c | upcase | default: 'x' }}", "x"),
        ("{% if a %}1{% elsif a.b == 3 %}2{% else %}0{% endif %}", "0"),
        ("{% unless a %}none{% endunless %}", "none"),
        ("{% if a > 3 or a == 'x' or a contains 'y' %}1{% endif %}", ""),
        ("{% for x in a %}{{ x }}{% else %}nothing{% endfor %}", "nothing"),
        ("{% case a %}{% when 'x' %}1{% else %}2{% endcase %}", "2"),
        ("{% assign x = a | upcase %}{{ x | default: 'y' }}", "y"),
        ("{{ zero | default: 'x' }}", "0"),
    ],
)
def test_where_an_unknown_value_is_expected(source: str, text: str) -> None:
    assert fill(source, a=None, zero=0) == text
    assert fill(source, zero=0) == text


def test_the_unknown_value_is_named() -> None:
    with pytest.raises(MissingValue) as caught:
        fill("{% assign x = event.order.total | times: 2 %}{{ x }}", event={"order": None})
    assert caught.value.name == "event.order.total"


def test_values_are_escaped_in_html_only() -> None:
    assert fill("{{ a }}|{{ a | upcase }}", html=True, a="<b>&") == "&lt;b&gt;&amp;|&lt;B&gt;&amp;"
    assert fill("{{ a | append: '<i>' }}", html=True, a="<b>") == "&lt;b&gt;<i>"
    assert fill("{{ l }}{{ a | escape }}", html=True, l=["<", "x"], a="<") == "&lt;x&lt;"
    assert fill("{{ a }}", a="<b>&") == "<b>&"


def test_how_values_are_written() -> None:
    values = {"n": 60.0, "h": 49.9, "b": True, "i": 3, "l": ["a", 2.0]}
    assert fill("{{ n }} {{ h }} {{ b }} {{ i }} {{ l | join: ', ' }}", **values) == "60 49.9 true 3 a, 2"
    with pytest.raises(TemplateFailure, match="group of fields"):
        fill("{{ event }}", event={"a": 1})
    with pytest.raises(TemplateFailure, match="use “for”"):
        fill("{{ items }}", items=[{"a": 1}])


def test_dates_are_written_in_the_time_zone() -> None:
    assert fill("{{ 'now' | date: '%d.%m. %H:%M' }}", zone="Asia/Tokyo") == "25.11. 01:00"
    assert fill("{{ now | date: '%H' }}{{ m | date: '%H' }}", zone="Europe/Paris", m=0) == "1701"
    assert fill("{{ d | date: '%-d %B %Y' }}", zone="Asia/Tokyo", d="2026-12-24") == "24 December 2026"
    for value in ("soon", 10**30, -(10**17), True, ["x"]):
        with pytest.raises(TemplateFailure):
            fill("{{ d | date: '%Y' }}", d=value)


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% for i in (1..9000) %}{% for j in (1..9000) %}x{% endfor %}{% endfor %}",
        "{% assign s = 'xxxxxxxxxx' %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}",
        "{{ 1 | divided_by: 0 }}",
        "{% if a > 'x' %}{% endif %}",
    ],
)
def test_limits_and_mistakes_end_in_words(source: str) -> None:
    with pytest.raises(TemplateFailure) as caught:
        fill(source, a=3)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("source", ["{{ a.__class__ }}", "{{ a.upper }}", "{{ a.__class__.__mro__ | map: '__name__' }}", "{{ d.items }}"])
def test_nothing_but_data_can_be_reached(source: str) -> None:
    with pytest.raises(MissingValue):
        fill(source, a="x", d={"x": 1})


def test_one_template_in_many_threads() -> None:
    template = parse_template("{% assign x = n | times: 2 %}{% for i in (1..20) %}{{ x }},{% endfor %}", html=True)
    wrong: list[str] = []

    def work(number: int) -> None:
        for _ in range(100):
            text = template.fill({"n": number}, at=AT, timezone="UTC")
            if text != f"{2 * number}," * 20:
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
