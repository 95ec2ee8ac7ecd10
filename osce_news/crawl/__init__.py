"""The Scrapy project: spiders, middlewares, pipelines, the traversal of the list, the runs."""

import logging

NOTICE = logging.INFO + 5  # also shown above a progress bar: what was found, what is waited for
logging.addLevelName(NOTICE, "NOTICE")
