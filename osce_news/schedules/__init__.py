"""Texts that make cron, systemd or GitHub crawl every day: templates, and what is put into them."""

from osce_news.schedules.cron import cron
from osce_news.schedules.github import github
from osce_news.schedules.plan import Plan
from osce_news.schedules.systemd import systemd

__all__ = ["Plan", "cron", "github", "systemd"]
