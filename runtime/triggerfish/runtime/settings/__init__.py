"""``triggerfish.toml``: where the database is and how plugins reach their providers."""
