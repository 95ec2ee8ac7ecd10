"""The texts that `osce-news schedule` prints: templates for cron, systemd and GitHub, and their values."""

from osce_news.cli.schedules.templates import Plan, cron, github, systemd

__all__ = ["Plan", "cron", "github", "systemd"]
