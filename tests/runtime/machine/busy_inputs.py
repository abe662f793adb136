"""What happens to somebody in a busy program, made up."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

EVENTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "added_to_cart": {"cart_id": st.sampled_from(["a", "b"]), "cart_value": st.sampled_from([10, 25, 60])},
    "order_completed": {"cart_id": st.sampled_from(["a", "b"]), "total": st.sampled_from([5, 60, 0.5])},
    "page_viewed": {"page": st.sampled_from(["/", "/x"]), "seconds": st.sampled_from([1, 30])},
    "nudged": {"level": st.sampled_from([1, 2])},
    "cancelled": {},
    "email_clicked": {"message": st.sampled_from(["note", "plain"])},
    "email_unsubscribed": {},
    "sms_bounced": {"reason": st.sampled_from(["soft", "hard"])},
    "unheard_of": {"x": st.just(1)},
}
FIELDS = {
    "plan": st.sampled_from(["free", "pro", None]),
    "renewal": st.sampled_from(["2026-03-10", "2026-04-01", None]),
    "timezone": st.sampled_from(["Asia/Tokyo", "America/New_York", None]),
    "email": st.sampled_from(["a@example.com", None]),
    "phone": st.just("+33600000000"),
    "visits": st.sampled_from([1, 5]),
}
KINDS = st.sampled_from(["event"] * 8 + ["identify", "identify", "consent", "membership", "enter"])


@st.composite
def busy_inputs(draw: st.DrawFn) -> tuple[Any, str, dict[str, Any]]:
    """Kind, name and fields."""
    kind = draw(KINDS)
    if kind == "identify":
        return kind, "", draw(st.fixed_dictionaries({}, optional=FIELDS))
    if kind == "consent":
        how = st.sampled_from(["subscribe", "unsubscribe"])
        return kind, "offers", draw(st.fixed_dictionaries({"how": how}, optional={"channel": st.sampled_from(["sms", "email"])}))
    if kind == "membership":
        return kind, "chosen", {"join": draw(st.booleans())}
    if kind == "enter":
        return kind, "by_hand", {"number": draw(st.sampled_from([1, 2]))}
    name = draw(st.sampled_from(sorted(EVENTS)))
    return kind, name, draw(st.fixed_dictionaries({}, optional=EVENTS[name]))
