"""Scrapy's settings, for a scheduled crawler of somebody else's site."""

from osce_news import __version__
from osce_news.archive.http_messages import MAX_PAGE_BYTES

BOT_NAME = "osce-news"
SPIDER_MODULES = ["osce_news.crawl.spiders"]
NEWSPIDER_MODULE = "osce_news.crawl.spiders"
COMMANDS_MODULE = "osce_news.crawl.commands"

# Our own settings. The environment variable of the same name counts if one is empty; arguments override both.
OSCE_NEWS_DB = ""  # the database; without a name, it is osce-news.db
OSCE_NEWS_ARCHIVE = ""  # a folder for the WARC files of all responses; without one, nothing is archived
OSCE_NEWS_CONTACT = ""  # an e-mail address or web page for the user agent, so that the site knows who crawls

# OSCE_NEWS_CONTACT is added to it.
USER_AGENT = f"osce-news/{__version__}"
ROBOTSTXT_USER_AGENT = "osce-news"

# Politeness: robots.txt with its crawl-delay, and one request at a time.
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 10.0  # the crawl-delay in the site's robots.txt; a longer one there takes precedence
DOWNLOAD_DELAY_JITTER = 0  # otherwise some delays are shorter than the crawl-delay
AUTOTHROTTLE_ENABLED = False  # it shortens the delay
REFERRER_POLICY = "no-referrer"

# Security: certificates are verified, nobody can connect to the running process, and no page can make the
# crawler read files, keep cookies or follow a redirect in its markup.
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
TWISTED_DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"  # Scrapy's default does not support IPv6
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
URLLENGTH_LIMIT = 0  # no limit: Scrapy drops longer requests without an error, so the crawl would end
DOWNLOAD_HANDLERS = {
    "http": "osce_news.crawl.downloader.BoundedDownloadHandler",
    "https": "osce_news.crawl.downloader.BoundedDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

# Limits of responses.
DOWNLOAD_MAXSIZE = MAX_PAGE_BYTES
DOWNLOAD_WARNSIZE = 2 * 1024 * 1024
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_FAIL_ON_DATALOSS = True

# Retries, after waits that double (middlewares/retry.py).
RETRY_TIMES = 3  # so 4 requests at most
RETRY_HTTP_CODES = [408, 429, 500, 502, 503, 504, 507, 509, *range(520, 531)]  # errors that may be temporary
BACK_OFF_BASE = 0.1  # seconds, doubled with each retry; the delay in force instead, if that is longer
BACK_OFF_MAX = 300.0  # seconds
RETRY_AFTER_MAX = 600.0  # seconds; if the site asks for a longer wait, the run ends
CIRCUIT_BREAKER = 3  # requests in a row that failed after all their retries; then no more are sent
CLOSESPIDER_TIMEOUT_NO_ITEM = 7200  # longer than the slowest failure of three requests
MEMUSAGE_LIMIT_MB = 1024

# The traversal requests some pages twice, and stops by itself.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Encoding": "gzip",  # which every tool that reads archives can unpack
    "Accept-Language": "en",
}
# In _BASE, so that a user's DOWNLOADER_MIDDLEWARES and ITEM_PIPELINES are added, and ours stay: the crawl
# remains polite, and records pass the user's pipelines before they are stored. Stricter middlewares replace
# five of Scrapy's own.
DOWNLOADER_MIDDLEWARES_BASE = {
    "osce_news.crawl.middlewares.http.OneSiteMiddleware": 50,
    "osce_news.crawl.middlewares.robots.StrictRobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": 300,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "osce_news.crawl.middlewares.retry.BackOffMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": 580,
    "osce_news.crawl.middlewares.http.StrictCompressionMiddleware": 590,
    "osce_news.crawl.middlewares.http.CookielessRedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": 700,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": 900,
    "osce_news.crawl.middlewares.warc.ArchiveMiddleware": 990,  # next to the downloader
}
ITEM_PIPELINES_BASE = {
    "osce_news.crawl.pipelines.NormalizePipeline": 100,
    "osce_news.crawl.pipelines.StoragePipeline": 900,
}
EXTENSIONS_BASE = {  # of Scrapy; those left out are not imported
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.logstats.LogStats": 0,
}
FEED_EXPORTERS = {"csv": "osce_news.crawl.pipelines.TermNamesCsvExporter"}
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"
LOG_FORMATTER = "osce_news.crawl.pipelines.QuietLogFormatter"
