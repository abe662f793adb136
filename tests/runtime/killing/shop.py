"""The projects that are run while they are killed, and what happens in them."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

FIRST = 1_767_225_600
"""The history begins on 1 January 2026."""

HISTORY = """
profile
    first_name  text

event ordered
    total  number

event browsed

topic offers for email, sms

policy
    at most 2 emails per week
    quiet hours 22:00 to 7:00 for sms

segment lapsed
    did not ordered in last 20 days

message thanks
    email
        subject "Thank you, {{ first_name }}"
        body "<p>It was {{ event.total }}.</p>"

message back
    email
        subject "We miss you, {{ first_name }}"
        body "<p>Come back.</p>"
    sms "Come back, {{ first_name }}"

flow first_order
    start when ordered
    again never
    about offers

    wait 1 hour
    send email thanks
    record browsed

flow win_back
    start when enters segment lapsed
    stop when ordered
    about offers

    send email back
    wait 3 days
    repeat 2 times
        send sms back
        wait 12 hours

flow curious
    start when browsed 2 times within 5 days
        then no ordered within 1 day
    about offers

    send email back
"""

NOW = """
profile
    first_name  text
    orders      number = 0
    webhook_id  text

event ordered
    number  number

event thanked
    number  number

message thanks
    email
        subject "{{{{ event.number }}}}"
        body "<p>Thank you, {{{{ first_name }}}}.</p>"

message filed
    webhook "{{{{ event.number }}}}"

flow thanks
    start when ordered
    per event.number

    add 1 to orders
    wait 1 second
    send email thanks transactional
    do http.request with url: "{url}/act", body: "{{{{ event.number }}}}" as answer
    if answer.ok
        record thanked with number: event.number
    wait 1 second
    send webhook filed transactional
"""

SETTINGS = """
[database]
url = "{address}"

[email]
provider = "smtp"
host = "127.0.0.1"
port = {mail_port}
security = "none"
sender = "shop@acme.example"

[webhook]
url = "{url}/hook"

"""

WEBHOOK = Path(__file__).parents[3] / "examples" / "plugin-webhook" / "src"


def history_project(folder: Path, address: str) -> None:
    """A shop with months behind it: windows, caps, quiet hours, sends into files."""
    folder.mkdir(exist_ok=True)
    (folder / "shop.flow").write_text(HISTORY)
    (folder / "triggerfish.toml").write_text(f'[database]\nurl = "{address}"\n')


def history(path: Path, people: int) -> None:
    """Fifteen events for each of so many people within 90 days, not in their order."""
    chance = random.Random(7)
    lines: list[dict[str, Any]] = [_identify(f"p{number}", number, phone=f"+1555{number:07}") for number in range(people)]
    for number in range(people * 15):
        event = chance.choice(["ordered", "browsed", "browsed"])
        fields = {"total": chance.randrange(5, 200)} if event == "ordered" else {}
        lines.append(_track(f"p{chance.randrange(people)}", event, f"e{number}", FIRST + chance.randrange(90 * 86_400), fields))
    _write(path, lines)


def present_project(folder: Path, address: str, mail_port: int, url: str) -> None:
    """A shop where everything happens within seconds: mail by SMTP, and requests to a web server that knows their keys."""
    folder.mkdir(exist_ok=True)
    (folder / "shop.flow").write_text(NOW.format(url=url))
    (folder / "triggerfish.toml").write_text(SETTINGS.format(address=address, mail_port=mail_port, url=url))


def present(path: Path, chunk: int, size: int, people: int) -> None:
    """The orders of one chunk; half of them are those of two people. The numbers of all chunks differ."""
    chance = random.Random(chunk)
    lines = [_identify(f"p{number}", number, webhook_id=f"w{number}") for number in range(people)] if chunk == 0 else []
    for number in range(chunk * size, (chunk + 1) * size):
        who = chance.randrange(2 if number % 2 else people)
        lines.append(_track(f"p{who}", "ordered", f"o{number}", int(time.time()), {"number": number}))
    _write(path, lines)


def webhook_plugin(folder: Path) -> tuple[str, ...]:
    """The folders that make the example plugin ``webhook`` one that is installed."""
    about = folder / "plugins" / "triggerfish_webhook-0.1.0.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: triggerfish-webhook\nVersion: 0.1.0\n")
    (about / "entry_points.txt").write_text("[triggerfish.plugins]\nwebhook = triggerfish_webhook:plugin\n")
    return str(about.parent), str(WEBHOOK)


def _identify(person: str, number: int, **fields: str) -> dict[str, Any]:
    traits = {"first_name": f"Name {number}", "email": f"{person}@example.com", **fields}
    return {"type": "identify", "userId": person, "messageId": f"i{number}", "timestamp": _time(FIRST), "traits": traits}


def _track(person: str, event: str, id_: str, at: int, fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "track", "userId": person, "messageId": id_, "event": event, "timestamp": _time(at), "properties": fields}


def _time(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _write(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
