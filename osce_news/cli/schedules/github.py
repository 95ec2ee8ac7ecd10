"""The workflow of GitHub Actions."""

from __future__ import annotations

import json
import shlex

from osce_news.cli.schedules.plan import Plan, fill


def github(plan: Plan) -> str:
    """Return the workflow; of the database's path only its name counts, for the machine is another."""
    contact = "# OSCE_NEWS_CONTACT: you@example.org    (set it, so that the site can reach you)"
    if plan.contact:
        contact = f"OSCE_NEWS_CONTACT: {_text(plan.contact)}"
    start = f"--start-url {_plain(shlex.quote(plan.start_url))} " if plan.start_url else ""
    return fill(
        "github",
        hour=plan.hour,
        full_hour=plan.full_hour,
        minute=plan.minute,
        db=_text(f"database/{plan.db.name}"),
        contact=contact,
        start=start,
    )


def _text(value: str) -> str:
    """Return the value as a string of YAML, which takes those of JSON."""
    return _plain(json.dumps(value, ensure_ascii=False))


def _plain(value: str) -> str:
    """Return the value so that GitHub sees no expression in it."""
    return value.replace("${{", "${{ '${{' }}")
