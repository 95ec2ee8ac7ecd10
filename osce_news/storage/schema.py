"""What tells a database of ours, known without importing the migrations."""

APPLICATION_ID = 0x4F534345  # "OSCE" (PRAGMA application_id)
MIGRATIONS = ("m001_newsroom", "m002_crawls")  # all that this version knows; a test holds it to migrations.py
