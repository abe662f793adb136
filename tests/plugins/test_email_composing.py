"""Mails as bytes: encodings, headers, footers, and nothing that people's fields could smuggle in."""

from __future__ import annotations

import email
import email.policy
import random
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triggerfish.plugins import Failed, Prepared, Sent, Setup
from triggerfish.plugins.email.addresses import BadAddress, Mailbox, read_address, text_header, written
from triggerfish.plugins.email.channel import Email, EmailContent, EmailSettings
from triggerfish.plugins.email.compose import CannotCompose, compose

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


def prepared(key: str = "k", **changes: Any) -> Prepared[EmailContent]:
    content = {"subject": "Hello", "body": "<p>Hello</p>", **changes.pop("content", {})}
    values: dict[str, Any] = {
        "key": key, "person": "ana", "address": "ana@example.com", "content": EmailContent(**content), "message": "m",
        "flow": "f", "step": "s", "at": 0, "topic": "news", "topic_label": "News", "sender": "Acme <hi@acme.example>",
        **changes,
    }  # fmt: skip
    return Prepared(**values)


def parsed(one: Prepared[EmailContent]) -> Any:
    data = compose(one, None).data
    lines = data.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 78
    assert data.isascii()
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert not mail.defects
    for part in (mail, *mail.iter_parts()):
        assert not part.defects
        assert not [value.defects for value in part.values() if value.defects]
    return mail


def body(mail: Any, kind: str) -> str:
    return str(mail.get_body((kind,)).get_content()).replace("\r\n", "\n")


@settings(max_examples=300, deadline=None)
@given(name=TEXTS, subject=TEXTS, text=TEXTS)
def test_whatever_the_alphabet_it_comes_out_again(name: str, subject: str, text: str) -> None:
    name = " ".join(name.split())
    subject = " ".join(subject.split()) or "x"
    value = written(Mailbox(name, "a", "b.example"), "From")
    mail = parsed(prepared(content={"subject": subject, "body": f"<p>{text}", "text": f"x{text}"}, transactional=True))
    assert mail["Subject"] == subject
    assert body(mail, "html") == f"<p>{text}".replace("\r\n", "\n").replace("\r", "\n")
    assert body(mail, "plain") == f"x{text}".replace("\r\n", "\n").replace("\r", "\n")
    header = email.message_from_bytes(f"From: {value}\n\n".encode(), policy=email.policy.default)["From"]
    assert [one.addr_spec for one in header.addresses] == ["a@b.example"]
    phrase = value.rpartition("<")[0].strip()
    shown = str(make_header(decode_header(phrase))) if "=?" in phrase else header.addresses[0].display_name
    assert shown == name


def test_long_names_are_folded() -> None:
    chance = random.Random(5)
    for _ in range(300):
        name = "".join(chance.choice('abc ",;:\\()<>@日é😀') for _ in range(chance.randint(60, 200))).strip()
        for line in f"From: {written(Mailbox(name, 'local', 'example.com'), 'From')}".split("\n"):
            assert len(line) <= 76
    assert text_header("plain " * 40, "Subject").count("\n") >= 2


@pytest.mark.parametrize(
    ("text", "local", "domain", "name"),
    [
        ("a@b.com", "a", "b.com", ""),
        (" Ana <ana@straße.de> ", "ana", "xn--strae-oqa.de", "Ana"),
        ('"Müller, J" <j@BÜCHER.example>', "j", "xn--bcher-kva.example", "Müller, J"),
        ("=?utf-8?q?J=C3=BCrgen?= <j@x.de>", "j", "x.de", "Jürgen"),
        ('"a b"@c.de', '"a b"', "c.de", ""),
        ("a@[127.0.0.1]", "a", "[127.0.0.1]", ""),
        ("a@localhost", "a", "localhost", ""),
        ("a@under_score.example", "a", "under_score.example", ""),
    ],
)
def test_addresses(text: str, local: str, domain: str, name: str) -> None:
    assert read_address(text) == Mailbox(name, local, domain)


@pytest.mark.parametrize(
    "text",
    ["", "x", "@", "a@", "@b.de", "a b@c.de", "a@b..de", ".a@b.de", "a..b@c.de", "a@b.de\nBcc: c@d.de", "a@b.de\r", "a@b c.de",
     "a@b.de>", "a,b@c.de", "a" * 65 + "@b.de", "a@-.de", "a@\u2028b.de"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadAddress):
        read_address(text)


@pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\u2028", "\x85"])
def test_line_breaks_in_subjects_are_refused(sign: str) -> None:
    with pytest.raises(CannotCompose, match="line break"):
        compose(prepared(content={"subject": f"Hi{sign}Bcc: x@y.example"}), None)


def test_the_same_message_is_the_same_bytes() -> None:
    assert compose(prepared(), None) == compose(prepared(), None)
    assert compose(prepared("k"), None).message_id != compose(prepared("k2"), None).message_id
    assert compose(prepared(), None).message_id.endswith("@acme.example>")


def test_marketing_mail_says_how_to_leave() -> None:
    mail = parsed(prepared(unsubscribe="https://acme.example/u/1", postal_address="1 Rue <X>", language="fr"))
    links = mail["List-Unsubscribe"]
    assert links == "<https://acme.example/u/1>, <mailto:hi@acme.example?subject=unsubscribe%20k>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Precedence"] == "bulk"
    assert mail["List-ID"] == "News <news.acme.example>"
    assert 'href="https://acme.example/u/1"' in body(mail, "html")
    assert "Se désabonner" in body(mail, "html")
    assert "1 Rue &lt;X&gt;" in body(mail, "html")
    assert "1 Rue <X>\nSe désabonner: https://acme.example/u/1" in body(mail, "plain")


def test_one_click_is_promised_on_safe_links_only() -> None:
    for link in ("mailto:hi@acme.example?subject=x", "http://localhost/u/1"):
        mail = parsed(prepared(unsubscribe=link))
        assert f"<{link}>" in mail["List-Unsubscribe"]
        assert mail["List-Unsubscribe-Post"] is None


def test_the_footer_stands_inside_the_body_and_only_when_needed() -> None:
    html = "<html><body><p>x</p></body></html>"
    mail = parsed(prepared(unsubscribe="https://a.b/u", content={"body": html}))
    assert body(mail, "html").rstrip().endswith("</div>\n</body></html>")
    own = '<html><body><a href="https://a.b/u">bye</a></body></html>'
    mail = parsed(prepared(unsubscribe="https://a.b/u", postal_address="1 Rue X", content={"body": own}))
    assert body(mail, "html") == own
    assert "1 Rue X" not in body(mail, "plain")


def test_transactional_mail_has_no_list_headers() -> None:
    mail = parsed(prepared(transactional=True, topic=None, unsubscribe=None))
    assert mail["List-Unsubscribe"] is None
    assert mail["Precedence"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Unsubscribe" not in body(mail, "html")


def test_nobody_named_as_sender() -> None:
    with pytest.raises(CannotCompose, match="sender"):
        compose(prepared(sender=None), None)


def test_the_file_outbox_keeps_one_file_a_key(tmp_path: Path) -> None:
    session = Email().open(EmailSettings(), Setup(tmp_path, tmp_path / "outbox"))
    assert session.deduplicates
    assert isinstance(session.send(prepared("p/1:send email x@0")), Sent)
    assert isinstance(session.send(prepared("p/1:send email x@0")), Sent)
    assert isinstance(session.send(prepared("p/1:send email x@1", sender=None)), Sent)
    assert isinstance(session.send(prepared("bad", address="nobody")), Failed)
    files = sorted((tmp_path / "outbox").iterdir())
    assert len(files) == 2
    assert all(file.suffix == ".eml" for file in files)
    mail = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert mail["To"] == "ana@example.com"


def test_settings_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="needs host"):
        EmailSettings.model_validate({"provider": "smtp"})
    with pytest.raises(ValueError, match="belong together"):
        EmailSettings.model_validate({"provider": "smtp", "host": "x", "username": "y"})
    settings_ = EmailSettings.model_validate({"provider": "smtp", "host": "x", "username": "y", "password": "s3cret"})
    assert "s3cret" not in repr(settings_)
    assert settings_.port_or_usual() == 587
