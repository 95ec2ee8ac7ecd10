"""The Scrapy project: options, spiders, middlewares, pipelines, the traversal of the list, the runs."""
