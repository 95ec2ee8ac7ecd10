"""What several commands share: options, output, the log, notifications, fixtures of pages."""
