"""Texts that make cron, systemd or GitHub crawl every day: templates, and what is put into them."""

from osce_news.cli.schedules.cron import cron
from osce_news.cli.schedules.github import github
from osce_news.cli.schedules.plan import Plan
from osce_news.cli.schedules.systemd import systemd

__all__ = ["Plan", "cron", "github", "systemd"]
