"""The Scrapy project: spiders, middlewares, extensions, pipelines, the traversal of the list, the runs."""
