"""The page that shows a preview: one HTML file that needs nothing else.

The mail stands in frames without any rights: what it holds cannot run, nor reach the page around it.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from triggerfish.runtime.preview.checks import CLIPPED
from triggerfish.runtime.preview.preview import Preview

STYLE = """\
:root{color-scheme:light dark;--ink:#1d2330;--dim:#667085;--line:#e2e6ee;--paper:#fff;--ground:#f4f6fa;--warn:#8a4b00;
--warn-ground:#fff6e5;--warn-line:#f5d9a8;--good:#116b3a;--accent:#2456d6}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebf2;--dim:#9aa4b8;--line:#323a4a;--paper:#1b2130;--ground:#121723;
--warn:#ffcf85;--warn-ground:#33270f;--warn-line:#5d4719;--good:#6fd59b;--accent:#8fb0ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1240px;margin:0 auto;padding:28px 24px 56px}
h1{font-size:22px;margin:0 0 2px}
h2{font-size:13px;margin:0 0 10px;color:var(--dim);font-weight:600;letter-spacing:.02em}
p{margin:0}
.dim{color:var(--dim)}
.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:16px 18px;margin-top:18px;min-width:0}
.inbox{display:grid;grid-template-columns:44px minmax(0,1fr);gap:14px;align-items:center}
.face{width:44px;height:44px;border-radius:50%;background:var(--accent);color:var(--paper);display:grid;place-items:center;
font-weight:700;font-size:18px}
.from{font-weight:600}.line{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.line b{font-weight:600}
.facts{display:flex;flex-wrap:wrap;gap:6px 26px;margin-top:12px;padding-top:12px;border-top:1px solid var(--line);font-size:13px}
.facts span{color:var(--dim)}
.remarks{background:var(--warn-ground);border-color:var(--warn-line);color:var(--warn)}
.remarks h2{color:inherit}
.remarks ul{margin:0;padding-left:20px}
.good{color:var(--good);font-weight:600}
.views{display:grid;grid-template-columns:minmax(0,1fr) 429px;gap:18px;align-items:start}
.frame{min-width:min-content;background:#fff;border:1px solid var(--line);border-radius:10px;overflow:hidden}
.views .card{overflow-x:auto}
.frame iframe{display:block;border:0;width:100%;min-width:640px;height:760px;background:#fff}
.phone{width:375px;margin:0 auto;border:8px solid #1d2330;border-radius:34px;box-sizing:content-box}
.phone iframe{width:375px;min-width:0;height:667px}
.bubble{max-width:340px;margin:2px 0 14px;background:var(--ground);border:1px solid var(--line);border-radius:18px 18px 18px 5px;padding:12px 16px;
white-space:pre-wrap;overflow-wrap:anywhere}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
table{border-collapse:collapse;width:100%;font-size:13px}
td{padding:5px 10px 5px 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:first-child td{border-top:0}
td:first-child{white-space:nowrap;font-weight:600;width:1%;padding-right:24px}
.tag{display:inline-block;font-size:11px;border:1px solid var(--line);border-radius:20px;padding:0 8px;color:var(--dim);margin-left:8px}
@media (max-width:940px){.views{grid-template-columns:minmax(0,1fr)}}
"""


def page(found: Preview) -> str:
    """The whole page as HTML."""
    title = found.subject or found.label or found.message
    body = [_head(found), _remarks(found)]
    if found.html is not None:
        body += [_views(found.html), _card("Text part", f"<pre>{escape(found.text or '')}</pre>")]
    else:
        body.append(_fields(found))
    body.append(_values(found))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "img-src http: https: data:; font-src https: data:; frame-src 'self'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _card(title: str, content: str, kind: str = "") -> str:
    return f'<section class="card {kind}"><h2>{escape(title)}</h2>{content}</section>'


def _head(found: Preview) -> str:
    name = escape(found.label or found.message)
    parts = [found.channel, *([f"in {found.language}"] if found.language else [])]
    sent = f"sent by the flow {found.flow}" if found.flow else "sent by no flow"
    header = f'<h1>{name}</h1>\n<p class="dim">{escape(" ".join(parts))} · {escape(found.message)} · {escape(sent)}</p>'
    if found.subject is None:
        return header
    sender = found.sender or "nobody is named as sender"
    shown = sender.split("<")[0].strip().strip('"') or sender
    preheader = f' <span class="dim">— {escape(found.preheader)}</span>' if found.preheader else ""
    inbox = (
        f'<div class="inbox"><div class="face">{escape(shown[:1].upper())}</div><div><p class="from line">{escape(shown)}</p>'
        f'<p class="line"><b>{escape(found.subject)}</b>{preheader}</p></div></div>'
    )
    facts = [
        ("From", sender), ("To", found.to), ("Subject", f"{len(found.subject)} characters"),
        ("HTML", f"{found.html_size / 1024:.1f} of {CLIPPED // 1024} KB"), ("Whole mail", f"{found.size / 1024:.1f} KB"),
        ("Kind", "marketing" if found.marketing else "transactional" if found.flow else "unknown"),
    ]  # fmt: skip
    told = "".join(f"<div><span>{escape(label)}</span> {escape(value)}</div>" for label, value in facts)
    return f'{header}\n<section class="card">{inbox}<div class="facts">{told}</div></section>'


def _remarks(found: Preview) -> str:
    if not found.remarks:
        return '<section class="card"><p class="good">✓ Nothing to complain about</p></section>'
    items = "".join(f"<li>{_marked(remark.message)}</li>" for remark in found.remarks)
    count = len(found.remarks)
    return _card(f"{count} thing{'' if count == 1 else 's'} to look at", f"<ul>{items}</ul>", "remarks")


def _marked(message: str) -> str:
    """A remark with its `code` set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(message))


def _views(html: str) -> str:
    inside = escape(html, quote=True)
    return (
        '<div class="views">'
        + _card("Computer", f'<div class="frame"><iframe sandbox="" title="on a computer" srcdoc="{inside}"></iframe></div>')
        + _card("Phone, 375 points wide", f'<div class="frame phone"><iframe sandbox="" title="on a phone" srcdoc="{inside}"></iframe></div>')
        + "</div>"
    )


def _fields(found: Preview) -> str:
    shown = "".join(
        f'<p class="dim">{escape(name)}</p><p class="bubble">{escape(text)}</p>' for name, text in found.fields.items()
    )
    return _card("As it arrives", shown)


def _values(found: Preview) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}{'<span class=tag>made up</span>' if made_up(found, name) else ''}</td>"
        f"<td><pre>{escape(_readable(value))}</pre></td></tr>"
        for name, value in sorted(found.values.items()) if name != "timezone"
    )
    return _card("Filled in with", f"<table>{rows}</table>") if rows else ""


def made_up(found: Preview, name: str) -> bool:
    """Whether a value, or a part of it, is nobody's."""
    return any(each.split(".")[0] == name for each in found.made_up)


def _readable(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False, indent=1 if isinstance(value, list | dict) else None, default=str)
