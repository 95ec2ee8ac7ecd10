"""The level of log lines that are also shown above a progress bar: what was found, what is waited for."""

import logging

NOTICE = logging.INFO + 5
logging.addLevelName(NOTICE, "NOTICE")
