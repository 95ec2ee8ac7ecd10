"""Measurements: commands that print tables. They are not tests."""
