"""From what the outside world sends to inputs of the machine."""
