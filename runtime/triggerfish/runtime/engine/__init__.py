"""The shell around the machine: reads inputs, advances people, commits, and knows what time it is."""
