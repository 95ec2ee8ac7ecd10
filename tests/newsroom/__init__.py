"""A newsroom to test against: made-up stories, their pages, and a server that serves them.

`python -m tests.newsroom` serves one until Ctrl-C, and prints the command that crawls it. In a test:

    with Newsroom(make_stories(60)) as newsroom:
        newsroom.fail(faults.page(1), faults.status(503), times=1)  # the second page, once
        crawl(newsroom, db)  # reads f"{newsroom.url}/press-releases"
        newsroom.publish(*make_newer(newsroom.stories, 2))
        crawl(newsroom, db)
        assert newsroom.paths[0] == "/robots.txt"

- `stories` makes up the stories, from the printed `values` and from `words`, `paths`, `dates` and
`datelines`;
  `samples` has ten that are difficult to read. `editing` changes the list.
- `markup` renders a page of the list from `results`, `pagers` and `chrome`; `cards` renders one of the new
  site; `pages` and `article_pages` the other pages, `articles` makes up their texts; `answers` are those of
  the search service. `labels` holds what they share.
- `site` chooses the page for an address; `server`, `handler` and `validators` send it; `faults` sends
  something else; `client` sends requests.
"""

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
