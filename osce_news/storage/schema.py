"""What tells a database of ours, known without importing the migrations."""

APPLICATION_ID = 0x4F534345  # "OSCE" (PRAGMA application_id)
# All that this version knows; a test holds it to migrations.py.
MIGRATIONS = ("m001_newsroom", "m002_crawls", "m003_articles", "m004_archive", "m005_dictionary")
