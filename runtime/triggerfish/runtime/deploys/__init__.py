"""Planning what a deploy would do, in words and numbers, and doing it."""
