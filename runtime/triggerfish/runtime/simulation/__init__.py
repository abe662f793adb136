"""What a program would have done with events that happened: no store, no delivery, all cores."""
