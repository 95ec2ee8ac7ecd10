"""What leaves the database: exports, snapshots, figures, and pages in the browser."""
