"""`python -m osce_news` is the same as `osce-news`."""

from osce_news.cli import main

main()
