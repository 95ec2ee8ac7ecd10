"""Commands of Scrapy's command line in a checkout (the setting COMMANDS_MODULE)."""
