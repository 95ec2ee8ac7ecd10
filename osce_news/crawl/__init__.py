"""How the list is walked: options, the way from page to page, politeness, the run."""
