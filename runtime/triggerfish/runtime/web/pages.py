"""The few pages that people see: plain, small, and with nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from starlette.responses import HTMLResponse

_STYLE = (
    "body{margin:0;font:18px/1.6 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;color:#222;background:#fff}"
    "main{max-width:34rem;margin:15vh auto;padding:0 1.5rem}h1{font-size:1.5rem;line-height:1.3}"
    "button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:.4rem;background:#1a56db;color:#fff;cursor:pointer}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}"
)
_SUBMIT = "document.forms[0].submit()"


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SUBMIT)}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def page(title: str, text: str, *, status: int = 200, button: str | None = None, at_once: bool = False) -> HTMLResponse:
    """A page with a heading and a sentence.

    With ``button`` it has a form that posts to the very address it was fetched from; ``at_once`` sends the form as soon as
    a browser shows the page, which programs that merely fetch it do not do.
    """
    form = f'<form method="post"><button>{escape(button)}</button></form>' if button is not None else ""
    script = f"<script>{_SUBMIT}</script>" if at_once and button is not None else ""
    return HTMLResponse(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>\n{form}\n</main>\n{script}\n</body>\n</html>\n",
        status_code=status,
        headers=_HEADERS,
    )


def broken_link() -> HTMLResponse:
    """For a link that was not made here, or was damaged on its way."""
    return page(
        "This link does not work",
        "It may have been cut off or changed on its way. Please open it again from the message, or copy all of it.",
        status=404,
    )


def ended_link() -> HTMLResponse:
    """For a link that did work once."""
    return page(
        "This link has ended",
        "It worked for a while and does not any more. Please ask the sender for a new one.",
        status=410,
    )


def try_again(seconds: int) -> HTMLResponse:
    """For a moment in which nothing can be stored."""
    answer = page(
        "Please try again in a moment",
        "We could not note this just now. Nothing is lost: open the link again in a minute.",
        status=503,
    )
    answer.headers["Retry-After"] = str(seconds)
    return answer
