"""``triggerfish.toml``: defaults, references to the environment, and mistakes with their places."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from triggerfish.dsl.diagnostics.model import Rule
from triggerfish.runtime.settings.load import Loaded, load_settings
from triggerfish.runtime.settings.rules import RULES


class Mail(BaseModel):
    model_config = ConfigDict(extra="forbid")

    host: str = Field(default="localhost", description="the SMTP server")
    port: int = 25
    password: str | None = None
    headers: dict[str, str] = {}


class Push(BaseModel):
    token: str = Field(description="from the provider's pages")


def load(folder: Path, text: str | bytes | None = None, **environment: str) -> Loaded:
    if text is not None:
        (folder / "triggerfish.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return load_settings(folder, environment, {"email": Mail, "push": Push})


def said(loaded: Loaded) -> list[tuple[str, int, int, str, str | None]]:
    return [(one.code, one.span.line, one.span.column, one.message, one.help) for one in loaded.diagnostics]


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.ok
    assert loaded.settings.database == f"sqlite:///{tmp_path}/.triggerfish/triggerfish.db"
    assert loaded.settings.data == tmp_path / ".triggerfish"
    assert loaded.settings.sections == {"email": Mail()}


def test_everything_may_be_told(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        """
        [database]
        url = "postgresql://${DB_USER}:$DB_PASSWORD@db/shop"
        [email]
        host = "smtp.example.org"
        port = 587
        password = "$SMTP_PASSWORD"
        headers = {X-Price = "5 $$", X-Me = "a${SMTP_PASSWORD}b"}
        [push]
        token = "t"
        """,
        DB_USER="me",
        DB_PASSWORD="p w",
        SMTP_PASSWORD="$ecret",
    )
    assert said(loaded) == []
    assert loaded.settings.database == "postgresql://me:p w@db/shop"
    headers = {"X-Price": "5 $", "X-Me": "a$ecretb"}
    assert loaded.settings.sections["email"] == Mail(
        host="smtp.example.org", port=587, password="$ecret", headers=headers
    )


def test_a_relative_database_lies_in_the_project(tmp_path: Path) -> None:
    loaded = load(tmp_path, '[database]\nurl = "sqlite:///data/shop.db"\n')
    assert loaded.settings.database == f"sqlite:///{tmp_path}/data/shop.db"
    assert load(tmp_path, '[database]\nurl = "sqlite:////var/shop.db"\n').settings.database == "sqlite:////var/shop.db"


def test_mistakes_are_told_with_their_places(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        """\
[database]
urll = "sqlite:///x.db"

[emial]
host = "x"

[email]
  hots = "x"
port = "many"
password = "$NOT_SET"
headers.X = 5

[push]
""",
    )
    assert not loaded.ok
    assert said(loaded) == [
        ("TF802", 4, 2, "There is no section [emial].", "did you mean email?"),
        ("TF803", 8, 3, "[email] has no setting hots.", "did you mean host?"),
        ("TF805", 10, 1, "[email] password: the environment variable NOT_SET is not set.",
         "set it before triggerfish is started; for a real dollar sign write $$"),
        ("TF804", 9, 1, "[email] port: input should be a valid integer, unable to parse string as an integer.",
             "correct this line of triggerfish.toml"),
        ("TF804", 11, 1, "[email] headers.X: input should be a valid string.", "correct this line of triggerfish.toml"),
        ("TF806", 13, 2, "[push] needs the setting token.", "from the provider's pages"),
        ("TF803", 2, 1, "[database] has no setting urll.", "did you mean url?"),
    ]  # fmt: skip
    assert loaded.settings.database.endswith(".triggerfish/triggerfish.db")
    assert loaded.settings.sections == {}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("[database\nurl = 3\n", "TF801", 1, 10),
        (b"[email]\n# caf\xe9\n", "TF801", 2, 1),
        ("email = 5\n", "TF804", 1, 1),
        ("\n[database]\nurl = 3\n", "TF804", 3, 1),
        ("database = 3\n", "TF804", 1, 1),
    ],
)
def test_broken_files(tmp_path: Path, text: str | bytes, code: str, line: int, column: int) -> None:
    loaded = load(tmp_path, text)
    assert [one[:3] for one in said(loaded)] == [(code, line, column)]
    assert loaded.settings.database.endswith("triggerfish.db")


@pytest.mark.parametrize("rule", RULES)
def test_every_rules_examples_are_wrong_and_right(rule: type[Rule], tmp_path: Path) -> None:
    class Needs(BaseModel):
        url: str

    (tmp_path / "triggerfish.toml").write_text(rule.wrong)
    models = {"database": Needs} if rule.code == "TF806" else {}
    wrong = load_settings(tmp_path, {}, models)
    assert [one.code for one in wrong.diagnostics] == [rule.code]
    (tmp_path / "triggerfish.toml").write_text(rule.right)
    assert load_settings(tmp_path, {}, models).diagnostics == ()
