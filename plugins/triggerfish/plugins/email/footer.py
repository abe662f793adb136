"""The footer of a marketing mail that brings no unsubscribe link of its own."""

# ruff: noqa: RUF001 - words of other alphabets

from __future__ import annotations

import re
from html import escape

_UNSUBSCRIBE = {
    "en": "Unsubscribe", "fr": "Se désabonner", "de": "Abmelden", "es": "Darse de baja", "it": "Annulla iscrizione",
    "pt": "Cancelar inscrição", "nl": "Afmelden", "da": "Afmeld", "sv": "Avsluta prenumerationen", "nb": "Meld deg av",
    "fi": "Peruuta tilaus", "pl": "Wypisz się", "cs": "Odhlásit odběr", "el": "Κατάργηση εγγραφής", "tr": "Abonelikten çık",
    "ru": "Отписаться", "uk": "Відписатися", "ja": "配信停止", "zh": "退订", "ko": "수신 거부", "ar": "إلغاء الاشتراك", "he": "הסרה מרשימת התפוצה",
}
_END_OF_BODY = re.compile(r"</body\s*>", re.IGNORECASE)
_STYLE = "margin:24px auto;padding:0 16px;max-width:600px;text-align:center;font:12px/1.5 Arial,sans-serif;color:#6b6b6b"


def with_footer(html: str, text: str, unsubscribe: str | None, postal_address: str | None, language: str | None) -> tuple[str, str]:
    """HTML and text with what the law asks for, unless the mail has its own unsubscribe link."""
    if unsubscribe is None or unsubscribe in html or escape(unsubscribe) in html:
        return html, text
    word = _UNSUBSCRIBE.get((language or "en").lower().split("-")[0].split("_")[0], _UNSUBSCRIBE["en"])
    lines = [postal_address] if postal_address else []
    block = "".join(f"{escape(line)}<br>" for line in lines)
    link = f'<a href="{escape(unsubscribe)}" style="color:#6b6b6b">{escape(word)}</a>'
    addition = f'<div style="{_STYLE}">{block}{link}</div>\n'
    ends = list(_END_OF_BODY.finditer(html))
    at = ends[-1].start() if ends else len(html)
    return html[:at] + addition + html[at:], "\n".join([text.rstrip("\n"), "", "-- ", *lines, f"{word}: {unsubscribe}", ""])
