"""Flows, segments, scores and policy in plain English sentences."""
