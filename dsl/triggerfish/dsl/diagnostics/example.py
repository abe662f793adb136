"""The declarations that the examples of the rules take for granted."""

from __future__ import annotations

PRELUDE = """\
profile
    first_name     text
    plan           one of "free", "pro", "team" = "free"
    total_spent    number = 0
    renewal_date   date
    interests      list of text

event added_to_cart "Product Added"
    cart_value  number
    items       list
        product_id  text
        price       number

event order_completed
    order_id  text
    total     number
    currency  text

event signed_up

topic offers "Offers and news" for email, opt-in for sms

segment engaged
    did order_completed in last 30 days

segment beta by hand

message cart_reminder
    email
        subject "Your cart"
        body "It is waiting, {{ first_name }}"

message hello
    sms "Hello"

"""
