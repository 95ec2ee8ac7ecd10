"""Exports, snapshots, figures, and pages in the browser."""
