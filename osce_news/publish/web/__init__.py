"""The database in the browser: Datasette with our own pages. Needs the extra `web`."""
