"""Places to fill in as other systems write them, and what only looks like one."""

from __future__ import annotations

import pytest

MESSAGE = 'message m\n    email\n        subject "{}"\n        body "x"\n\nflow f\n    start when signed_up\n    about offers\n    send email m\n'


@pytest.mark.parametrize(
    "text",
    ["Hi {first_name}", "Hi ${first_name}", "Hi { First Name }", "Hi %FIRST_NAME%", "Hi [[first_name]]", "Hi [First Name]", "Hi *|FNAME|*", "Hi {FirstName}"],
)
def test_what_other_systems_fill_in(text: str, found):
    (one,) = found(MESSAGE.format(text))
    assert (one.code, one.span.line, one.span.column) == ("TF629", 3, 21)
    assert one.help == "write `{{ first_name }}`"


@pytest.mark.parametrize(
    "text", ["Hi {{ first_name }}", "{% if first_name %}x{% endif %}", "a {color} b", "50 % off, 20%", "[first_name](https://shop.example)", "{ }"]
)
def test_what_is_no_such_place(text: str, found):
    assert found(MESSAGE.format(text)) == []
