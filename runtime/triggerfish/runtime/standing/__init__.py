"""How things stand: figures from the database, what is wrong with them, and what to do about it."""
