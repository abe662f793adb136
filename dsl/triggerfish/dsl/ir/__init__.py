"""The intermediate representation: programs as resolved, typed, serialisable data."""
