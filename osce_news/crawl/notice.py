"""The level of log lines that are shown beside a progress bar too: what was found, what is waited for."""

import logging

NOTICE = logging.INFO + 5
logging.addLevelName(NOTICE, "NOTICE")
