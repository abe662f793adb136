"""``test`` blocks run on the real machine with a virtual clock and recording channels and actions."""
