"""The web service: answers the links in messages, takes in webhooks, and says how things stand. Needs the extra ``web``."""
