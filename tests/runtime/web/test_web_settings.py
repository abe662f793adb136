"""The section ``[web]``."""

from __future__ import annotations

from pathlib import Path

import pytest

from triggerfish.runtime.settings.load import load_settings
from triggerfish.runtime.settings.web import WebSettings


def test_settings_of_the_service(tmp_path: Path) -> None:
    (tmp_path / "triggerfish.toml").write_text(
        '[web]\npublic_url = "https://links.example/mail/"\nport = 80\nlink_keys = ["${NEW}", "the old one of them"]\n\n'
        '[web.hooks]\nshort = "a secret of the hook"\n\n[web.hooks.long]\nsecret = "${NEW}"\nperson = "customer.id"\n'
    )
    loaded = load_settings(tmp_path, {"NEW": "the new one of them"}, {"web": WebSettings})
    assert loaded.diagnostics == ()
    web = loaded.settings.sections["web"]
    assert isinstance(web, WebSettings)
    assert (web.public_url, web.port, web.track_clicks, web.track_opens) == ("https://links.example/mail", 80, True, True)
    assert [key.get_secret_value() for key in web.link_keys] == ["the new one of them", "the old one of them"]
    assert {name: (hook.secret.get_secret_value(), hook.person) for name, hook in web.hooks.items()} == {
        "short": ("a secret of the hook", "person"), "long": ("the new one of them", "customer.id"),
    }
    assert "the new one" not in repr(web)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('public_url = "links.example"', "should be an address such as https://links.shop.example"),
        ('public_url = "ftp://links.example"', "should be an address such as https://links.shop.example"),
        ('public_url = "https://links.example/?a=1"', "should be an address such as https://links.shop.example"),
        ('public_url = "https://[x"', "should be an address such as https://links.shop.example"),
        ('link_keys = ["short"]', "should have at least 16 characters"),
        ('hooks = {launch = "short"}', "should have at least 16 characters"),
        ("port = 70000", "less than or equal to 65535"),
        ('tracking = "no"', "has no setting tracking"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "triggerfish.toml").write_text(f"[web]\n{text}\n")
    [diagnostic] = load_settings(tmp_path, {}, {"web": WebSettings}).diagnostics
    assert problem in diagnostic.message
