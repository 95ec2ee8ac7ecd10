"""Stands before pandas for the commands that tests run, as if only osce-news were installed.

Wherever there is one, sqlite-utils imports pandas and numpy, and itemadapter pydantic: half
of the time that a short command takes.
"""

raise ImportError("the tests run the command without pandas")
