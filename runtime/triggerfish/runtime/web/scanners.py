"""Who fetches links and pictures without anybody having looked at them.

The facts that this rests on:

* Browsers and mail programs that fetch ahead say so: ``Sec-Purpose: prefetch`` (and ``Purpose``, ``X-Purpose``, ``X-Moz``).
* Apple's Mail Privacy Protection fetches all pictures when mail arrives; its agent is ``Mozilla/5.0`` and nothing more.
* Security gateways and chat programs that make previews name themselves, mostly with one of ``AGENTS``.
* Programs that only want to know whether a link is there ask with HEAD; people's browsers never do.
* People's browsers always name themselves.
* Gmail (``GoogleImageProxy``) and Yahoo (``YahooMailProxy``) fetch a picture when the mail is opened, so theirs are opens.

A gateway that pretends to be a browser is known by following several links of a mail at once: see ``bursts``.
"""

from __future__ import annotations

from collections.abc import Mapping

AHEAD = ("sec-purpose", "purpose", "x-purpose", "x-moz")
"""Headers that say that nobody is looking yet, where they say ``prefetch``, ``prerender`` or ``preview``."""
AHEAD_WORDS = ("prefetch", "prerender", "preview")

APPLE_PRIVACY = "mozilla/5.0"

OPENS_FOR_PEOPLE = ("googleimageproxy", "yahoomailproxy")

AGENTS = (
    "bot", "crawler", "spider", "preview", "scan", "barracuda", "mimecast", "proofpoint", "trendmicro", "symantec", "cloudmark",
    "fireeye", "safelinks", "urldefense", "facebookexternalhit", "whatsapp", "skypeuripreview", "slack-imgproxy", "headless",
    "phantomjs", "curl/", "wget/", "python-requests", "python-urllib", "go-http-client", "java/", "libwww", "okhttp", "apache-httpclient",
)


def is_machine(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request was made by a scanner, a privacy proxy or ahead of time; names of headers are in lower case."""
    if method == "HEAD":
        return True
    if any(word in headers.get(name, "").lower() for name in AHEAD for word in AHEAD_WORDS):
        return True
    agent = headers.get("user-agent", "").strip().lower()
    if any(word in agent for word in OPENS_FOR_PEOPLE):
        return False
    return agent in {"", APPLE_PRIVACY} or any(word in agent for word in AGENTS)
