"""A newsroom to test against: made-up stories, their pages, and a server that serves them."""

from tests.newsroom import faults
from tests.newsroom.editing import StoryList
from tests.newsroom.faults import Fault
from tests.newsroom.markup import MARKUPS, render_page
from tests.newsroom.server import Newsroom
from tests.newsroom.site import Reply
from tests.newsroom.stories import Story, make_newer, make_stories

__all__ = [
    "MARKUPS",
    "Fault",
    "Newsroom",
    "Reply",
    "Story",
    "StoryList",
    "faults",
    "make_newer",
    "make_stories",
    "render_page",
]
