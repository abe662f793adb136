"""Conditions and values compiled to Python functions.

Every function has the signature ``f(S, now, e, r)``: the person's state, the moment, the fields of the event looked
at (or None), and the run (anything with ``vars`` and ``entered``, or None).
"""
