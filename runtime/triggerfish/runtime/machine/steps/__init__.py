"""The steps of flows as instructions: one kind a class, what it does beside what it is."""
