"""Everything that can go wrong, each with its exit status and what the person should do.

The exit statuses are part of the outside of the program (docs/exit-status.md).
"""

from __future__ import annotations


class OsceNewsError(Exception):
    """Base of all errors that end a command in one line. Read the line; it says what to do."""

    exit_status = 1


class StorageError(OsceNewsError):
    """The database could not be read or written. Free disk space or mend the permissions."""


class NetworkError(OsceNewsError):
    """The site could not be reached. Look at the connection and run the command again."""


class UnavailableError(NetworkError):
    """The site is down, or asks to wait for long. Run the command again later."""


class BadInputError(OsceNewsError):
    """An option, address, file or name is wrong. Correct it and run the command again."""

    exit_status = 2


class MissingExtraError(OsceNewsError):
    """A package that this command needs is not installed. Install the extra that the line names."""


class NotOurDatabaseError(BadInputError):
    """The file is not a database of osce-news. Name another file; this one was not changed."""


class NewerDatabaseError(BadInputError):
    """The database was made by a newer osce-news. Upgrade osce-news; the file was not touched."""


class LayoutError(OsceNewsError):
    """The page is not understood, so nothing of it was stored.

    Compare the kept page with the selector named here: if the site changed its page, a page
    object in `osce_news/pages/` needs a new layout and a fixture.
    """

    exit_status = 3

    def __init__(self, selector: str, *, expected: str, got: str) -> None:
        self.selector = selector
        self.expected = expected
        self.got = got
        super().__init__(f"page not understood: {selector}: expected {expected}, got {got}")


class PartialError(OsceNewsError):
    """Some pages could not be read. What was read is stored; run the command again."""

    exit_status = 4


class LockedError(OsceNewsError):
    """Another process writes into this database. Wait until it has ended, or end it."""

    exit_status = 5


class RefusedError(OsceNewsError):
    """The site refused to answer. Do not try harder: wait, or write to the site's owner."""

    exit_status = 6


class ChallengePageError(RefusedError):
    """A challenge page stands in the way of the list, so nothing was read."""
