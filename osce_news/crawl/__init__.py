"""The Scrapy project: spiders, middlewares, pipelines, the traversal of the list, the runs."""
