"""What a running process tells of itself: a log without personal data, figures, and a sign of life."""
