"""Messages: compiled once from a program, rendered per recipient."""
