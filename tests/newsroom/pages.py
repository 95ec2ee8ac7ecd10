"""The other pages of the site: an item's own page and a guard's challenge."""

from __future__ import annotations

from tests.newsroom import article_pages, chrome
from tests.newsroom.articles import article_of
from tests.newsroom.stories import Story


def render_article(story: Story, language: str = "en", layout: str = "drupal7-header") -> str:
    """Return the HTML of the story's own page: title, day, labels, text, image, downloads, contact.

    `article_paragraphs` returns its text; `article_pages.LAYOUTS` has the names of the layouts.
    """
    return article_pages.render(article_of(story, language), layout)


def render_not_found() -> str:
    """Return the HTML of the page for an unknown address."""
    words = chrome.ENGLISH
    return (
        f"{chrome.head(words, 'en')}"
        f'<body class="page-404">\n{chrome.header(words)}<h1>Page not found</h1>\n'
        f"<p>The requested page could not be found.</p>\n{chrome.footer(words)}"
    )


def render_login() -> str:
    """Return the HTML of the page on which editors log in."""
    words = chrome.ENGLISH
    return (
        f"{chrome.head(words, 'en')}"
        f'<body class="page-user page-user-login">\n{chrome.header(words)}<h1>User account</h1>\n'
        '<form action="/user/login" method="post" id="user-login">'
        '<label for="edit-name">Username</label> <input type="text" id="edit-name" name="name"> '
        '<label for="edit-pass">Password</label> <input type="password" id="edit-pass" name="pass"> '
        f'<input type="submit" value="Log in"></form>\n{chrome.footer(words)}'
    )


def render_error() -> str:
    """Return the HTML that Drupal shows if its database or its search server does not respond."""
    words = chrome.ENGLISH
    return (
        f"{chrome.head(words, 'en')}"
        f'<body class="maintenance-page">\n{chrome.header(words)}<h1>Error</h1>\n'
        '<div class="messages error">The website encountered an unexpected error. Please try again later.'
        f"</div>\n{chrome.footer(words)}"
    )


def render_challenge() -> str:
    """Return the HTML of a challenge, as a content delivery network sends it to robots."""
    return (
        '<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<title>Just a moment...</title>\n'
        '<meta charset="utf-8">\n<meta name="robots" content="noindex,nofollow">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta http-equiv="refresh" content="390">\n'
        "<style>body { font-family: sans-serif; margin: 8rem auto; max-width: 60rem }</style>\n"
        '</head>\n<body class="no-js">\n<div class="main-wrapper" role="main">\n'
        '<div class="main-content">\n'
        '<h1 class="zone-name-title h1">www.osce.org</h1>\n'
        '<h2 class="h2" id="challenge-running">Checking if the site connection is secure</h2>\n'
        '<noscript><div id="challenge-error-title">Enable JavaScript and cookies to continue'
        "</div></noscript>\n"
        '<div id="challenge-body-text">www.osce.org needs to review the security of your '
        "connection before proceeding.</div>\n"
        '<form id="challenge-form" action="/press-releases?__cf_chl_f_tk=made-up" '
        'method="POST" enctype="application/x-www-form-urlencoded">'
        '<input type="hidden" name="md" value="made-up"></form>\n'
        "</div>\n</div>\n"
        '<script>window._cf_chl_opt = {cvId: "2", cType: "managed", cRay: "made-up"};</script>\n'
        '<script src="/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=made-up">'
        "</script>\n"
        '<div class="footer" role="contentinfo">Ray ID: <code>made-up</code></div>\n'
        "</body>\n</html>\n"
    )
