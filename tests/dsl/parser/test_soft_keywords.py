"""Every word of the language that is not reserved may be a name, wherever a name can stand."""

from __future__ import annotations

import pytest

from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.parser import parse
from triggerfish.dsl.tokens import RESERVED

SOFT = sorted(word for word in grammar().words if word.isalpha() and word not in RESERVED)
POSITIONS = """
profile
    {w} text
    {w}_list list of text
    group
        {w} number = 3 sensitive
event {w}
    {w} number
topic {w} for {w}, {w}, opt-in for {w}
value {w} is {w} + 1 * {w}
segment {w}
    {w} is "a" and not {w} or ({w})
    {w} in ("a", {w})
    {w} between {w} and {w}
    {w} starts with {w} and {w} ends with {w} or {w} does not contain {w}
    {w} within last 3 days
    did {w} ever and did not {w} in last 3 days and did {w} since {w}
    did ({w} where {w} > 3) at least 3 times in last 3 days
    did {w} at least 3 times ever
    in segment {w} and in flow {w}
    subscribed to {w} by {w} and reachable by {w}
    count of {w} in last 3 days > sum of ({w}.{w} where {w}) ever
    last {w}.{w} is known and first {w} is unknown
    time since {w} > 3 days
    {w}({w}, {w}) > {w}.{w}
    [{w}, {w}] contains ({w}: {w})
score {w}
    +15 {w} at most 3 per day where {w}
    +1 while {w}
    level {w} from 500
model {w}
    predict {w} within 3 days
    only if {w}
    from
        {w}
    using {w} with {w}: {w}
message {w}
    {w}
        {w} "x"
        {w} file "x"
    {w} in "fr" "x"
    {w} "x"
content {w}
    {w} "x" if {w}
    {w} "y"
        +3 if {w}
content {w} split
    50% {w} "x"
    measure {w} within 3 days where {w}
policy
    quiet hours 21:00 to 8:00 for {w}, {w}
    at most 1 {w} per day, 3 {w} in any 24 hours
    never send to segment {w}
    utm {w} "x", {w} "y"
    attribution {w} {w}
flow {w}
    start when {w}, {w} as {w} where {w}
        then no {w}, {w} within 3 days where {w} as {w}
    start when {w} 3 times within 3 days with the same {w}
    start when {w} for everyone
    start when {w} changes from {w} to {w}
    start when enters segment {w}
    start when leaves segment {w}
    start when {w} rises to {w}
    start when {w} falls below {w}
    start when subscribes to {w} by {w}
    start when unsubscribes from {w} by {w}
    start when confirms {w} by {w}
    start on {w} at 9:00
    start on {w} yearly at 9:00
    start 3 days before {w}
    start 3 days after {w} yearly
    start by hand with {w} text, {w} one of "a", "b", {w} number
    start by webhook {w}
    only if {w}
    per {w}
    stop when {w}, {w} where {w}
    stop if {w}
    goal {w}, {w} worth {w} within 3 days where {w}
    exclusive in {w} else wait
    about {w}
    moved {w} to {w}
    send {w} {w}
    send {w} {w} about {w} transactional uncapped within 3 days with {w}: {w}, {w}: {w} as {w}
    send {w} by best of {w}, {w} about {w}
    send {w} by first of {w}, {w} as {w}
    send {w} {w} with
        {w}: {w}
    wait {w}
    wait {w} * 3 days as {w}
    wait until {w} at 9:00
    wait until {w}
    wait up to {w} for {w}, {w} where {w} as {w}
    wait up to {w} until {w} as {w}
    wait up to 3 days
        for {w}, {w} where {w} as {w}
        until {w}
    collect {w}, {w} where {w} up to 3 for {w} as {w}
    if {w}
        exit
    else if {w}
        exit
    choose by {w}
        {w}, {w}
            exit
    choose best {w}
        path {w}
            +3 if {w}
            send {w} {w}
    split {w} by contextual bandit on {w}, {w}
        50% {w}
        measure {w} within 3 days
        decide by {w} at 95% after 3 people within 3 days
    together as {w}
        branch {w}
            exit
    repeat up to 3 times until {w}
        exit
    for each {w} in {w}
        exit
    set {w} to {w}
    clear {w}
    add {w} to {w}
    subscribe to {w} by {w}
    unsubscribe from {w} by {w}
    join segment {w}
    leave segment {w}
    record {w} with {w}: {w}
    do {w}.{w} with {w}: {w} as {w}
    enter flow {w} with {w}: {w} for segment {w}
test "x" for {w}, {w}
    given {w}: {w}, {w}: {w}
    given subscribed to {w} by {w}
    given unsubscribed from {w} by {w}
    given in segment {w}
    given {w} 3 days ago with {w}: {w}
    given {w}.{w} returns {w}: {w}
    given {w}.{w} fails
    set {w} to {w}
    {w} happens
    {w} happens with {w}: {w}
    enter flow {w} with {w}: {w}
    expect {w} {w}
    expect {w} {w} at 9:00
    expect {w} {w} with {w} containing "x"
    expect no {w} {w}
    expect 3 {w} {w}
    expect {w} > 3
    expect {w} is known
    expect {w}.{w}
    expect in flow {w}
    expect exit from {w}
    expect event {w}
    expect no event {w}
    expect action {w}.{w} with {w}: {w}
    expect no action {w}.{w}
"""


@pytest.mark.parametrize("word", SOFT)
def test_word_is_a_name_everywhere(word: str) -> None:
    text = POSITIONS.replace("{w}", word)
    _, diagnostics = parse(text, "names.flow")
    lines = text.split("\n")
    said = [f"{lines[found.span.line - 1].strip()}: {found.message}" for found in diagnostics]
    assert said == []


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_reserved_word_is_a_name_after_a_dot_only(word: str) -> None:
    assert parse(f"segment a\n    profile.{word} is known\n", "dot.flow")[1] == ()
    assert parse(f"segment {word}\n    plan is known\n", "name.flow")[1]
