"""What happened to a person, in words."""
