"""Delivery: takes what the machine has decided out of the outbox and hands it to channels and actions."""
