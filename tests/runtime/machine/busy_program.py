"""A program with something of everything, for tests that only care that all of it behaves."""

BUSY = """
profile
    plan       one of "free", "pro", "team" = "free"
    visits     number
    renewal    date
    interests  list of text

event added_to_cart
    cart_id     text
    cart_value  number

event order_completed
    cart_id  text
    total    number

event page_viewed
    page  text
    seconds number

event nudged
    level number

event cancelled

topic offers "Offers" for email, opt-in for sms

policy
    timezone "Europe/Paris"
    quiet hours 21:00 to 8:00 for sms
    at most 2 email per day, 5 emails per week
    at most 3 messages in any 36 hours else wait

value spend is sum of order_completed.total in last 40 days

segment quiet
    did not order_completed in last 3 days

segment lively
    did page_viewed at least 3 times in last 2 hours
    visits > 2 or plan is "pro"

segment renewing
    renewal within next 7 days

segment rich
    spend >= 100

segment both
    in segment lively
    not in segment quiet

segment chosen by hand

message note
    sms "note {{ plan }}"
    email
        subject "note {{ event.cart_value }}"
        body "note"

message plain
    sms "plain"
    email
        subject "plain"
        body "plain"

flow carts
    start when added_to_cart where cart_value >= 25
        then no order_completed within 1 hour
    per event.cart_id
    again after 2 days
    stop when order_completed where cart_id is event.cart_id
    expire after 5 days
    goal order_completed worth total within 3 days
    priority 5
    send email note about offers as hello
    wait 1 day
    if hello.clicked
        record nudged with level: 1
    send sms note about offers within 2 days
    wait up to 2 days
        for page_viewed where seconds > 5 as view
            set interests to ["seen"]
        until plan is "team"
            add 1 to visits
        otherwise
            exit "nothing came"

flow views
    start when page_viewed 3 times within 30 minutes with the same page
    enter at most 2 per day
    set visits to count of page_viewed in last 1 day
    repeat 2 times
        wait 10 hours
        send email plain about offers

flow first_then
    start when page_viewed as view
        then added_to_cart within 2 hours where cart_value > view.seconds
        then no order_completed, cancelled within 90 minutes
    join segment chosen
    do log.write with message: "x {{ plan }}" as written
    if written.ok
        set plan to "pro"
    wait until renewal - 3 days at 9:00
    leave segment chosen

flow gone_quiet
    start when enters segment quiet
    exclusive in mood else wait
    wait until monday at 9:00
    send email plain about offers
    unsubscribe from offers by sms

flow awake
    start when leaves segment quiet
    start when enters segment both
    exclusive in mood else replace
    stop if in segment quiet
    wait 6 days
    set plan to "team"

flow upgrades
    start when plan changes
    wait 36 hours
    for each one in interests
        record nudged with level: length(one)

flow nudges
    start when nudged
    only if count of nudged in last 1 day <= 3
    enter flow by_hand with number: event.level
    subscribe to offers by sms

flow by_hand
    start by hand with number number
    if event.number > 1
        clear plan
    else
        add 1 to visits

flow subscribers
    start when subscribes to offers
    start when unsubscribes from offers
    wait up to 3 days until did order_completed since entered
    send sms plain transactional

score warmth "Warmth"
    start 10
    between 0 and 100
    fade 20% per week without activity
    +5 page_viewed at most 2 per day
    -8 cancelled
    +10 while plan is "pro" and not in segment quiet
    level hot from 25

segment warm
    warmth >= 15

flow each_morning
    start every monday, friday at 9:30
    only if visits > 1
    send sms plain about offers
    add 3 to warmth

flow renewals
    start 2 days before renewal at 10:00
    start on renewal yearly at 2:30
    wait 1 day
    send email plain about offers

flow heats_up
    start when warmth rises to 20
    start when spend falls below 50
    exclusive in mood else replace
    together
        branch one
            wait 8 hours
            send email plain about offers
        branch two
            wait up to 1 day for cancelled as off
            if off.happened
                exit "cancelled"
            send plain by first of sms, email about offers
    split look
        50% red
            record nudged with level: 1
        50% blue
            add 1 to visits
        measure order_completed within 2 days

flow digests
    start when page_viewed
    per event.page
    collect page_viewed up to 3 for 5 hours as views
    choose best how
        path some
            +2 if in segment warm
            +1 if length(views) > 1
            set visits to length(views)
        otherwise
            clear visits
"""
