"""What leaves the database: exports, references, figures, and the database in the browser."""
