"""The project that the tests of the language server are about."""

from __future__ import annotations

SHOP = """\
# The people.
profile
    first_name  text              # what friends call them
    # What they pay for.
    plan        one of "free", "pro", "team" = "free"
    address
        city  text
    tax_number  text sensitive

# Somebody bought something.
event order_completed "Order Completed"
    # The sum, taxes included.
    total  number
    items  list
        price  number

event signed_up

topic offers "Offers" for email, opt-in for sms

segment engaged
    did order_completed in last 30 days

score lead_score
    start 10
    +5 order_completed where total > 10
    level high from 50

policy
    timezone "Europe/Paris"
    sender "Shop <hello@shop.example>"
    postal address "1 Rue X, Paris"
"""

FLOWS = """\
# Hello to everybody new.
message welcome "Welcome"
    email
        subject "🎉 Hello {{ first_name }}"
        body "You have the plan {{ plan }}, {{ event.total | round }}"
    sms "Hello"

flow greeting "Greeting"
    start when order_completed as order where total >= 25
    only if plan is "free"
    expire after 36 hours
    stop when signed_up
    about offers

    send email welcome as hello
    wait 1 day
    if hello.opened and order.total > 50
        do log.write with message: "{{ first_name }} opened"
        set plan to "pro"
    else
        send sms welcome

flow launch
    start by hand with product text
    about offers
    send sms welcome

test "somebody is greeted" for greeting
    given first_name: "Ana"
    at 2026-03-02 10:00
    order_completed happens with total: 60
    expect email welcome
"""
