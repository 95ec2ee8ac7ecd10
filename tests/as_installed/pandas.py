"""Stands before pandas for the commands that tests run, as if only osce-news were installed.

sqlite-utils imports pandas wherever there is one, which is half of the time that a short command takes.
"""

raise ImportError("the tests run the command without pandas")
