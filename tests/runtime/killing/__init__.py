"""Kills the runtime with SIGKILL at random moments, and the database server too, and compares what is left with an undisturbed run."""
