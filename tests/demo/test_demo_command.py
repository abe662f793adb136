from __future__ import annotations

import json
import mailbox
from pathlib import Path

from click.testing import CliRunner

from triggerfish.runtime.cli import main
from triggerfish.runtime.demo.gaps import quiet_spells
from triggerfish.runtime.demo.tour import CUSTOMER


def test_the_tour_ends_with_mails_in_a_mailbox(small_demo: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    done = CliRunner().invoke(main, ["demo", "--keep", str(shop), "--format", "json"])
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    sent = sum(document["sent"].values())
    assert document["sent"]["email:thanks"] == document["people"] == 201
    assert document["sent"]["email:win_back"] == document["quiet_spells"] == quiet_spells(small_demo / "purchases.csv.gz", 90)
    assert document["delivered"] == {"sent": sent}
    with_mails = mailbox.mbox(shop / ".triggerfish" / "mails.mbox")
    assert len(with_mails) == sent
    assert {mail["X-Envelope-To"] == mail["To"] for mail in with_mails} == {True}
    with_mails.close()
    assert [mail["message"] for mail in document["mails"]] == ["thanks", "win_back", "big_spender"]
    for mail in document["mails"]:
        assert mail["to"] == f"customer-{CUSTOMER}@example.com"
        assert mail["subject"] in Path(mail["path"]).read_text()


def test_what_is_kept_can_be_used(small_demo: Path, tmp_path: Path) -> None:
    shop = str(tmp_path / "shop")
    runner = CliRunner()
    done = runner.invoke(main, ["demo", "--keep", shop])
    assert done.exit_code == 0, done.stderr
    assert "the same number" in done.stdout
    assert "NOT" not in done.stdout
    assert f"triggerfish explain {CUSTOMER} win_back {shop}" in done.stdout
    assert "entered win_back" in runner.invoke(main, ["explain", CUSTOMER, "win_back", shop]).stdout
    again = runner.invoke(main, ["demo", "--keep", shop])
    assert again.exit_code == 2
    assert "is there already" in again.stderr


def test_without_keep_nothing_stays(small_demo: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    done = CliRunner().invoke(main, ["demo"])
    assert done.exit_code == 0, done.stderr
    assert "Subject: Thank you for your first order" in done.stdout
    assert list((tmp_path / "temporary").iterdir()) == []
