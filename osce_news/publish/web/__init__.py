"""The database in the browser: Datasette, with pages of our own. Needs the extra `web`."""
