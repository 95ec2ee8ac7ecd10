"""Scrapy's settings: what a scheduled crawler of somebody else's site has to set."""

from osce_news import __version__
from osce_news.site import MAX_PAGE_BYTES

BOT_NAME = "osce-news"
SPIDER_MODULES = ["osce_news.crawl.spiders"]
NEWSPIDER_MODULE = "osce_news.crawl.spiders"

# Ours; the command line and `-s` override them.
OSCE_NEWS_DB = "osce-news.db"
OSCE_NEWS_ARCHIVE = ""  # a folder in which every answer is kept as WARC; empty: none is
OSCE_NEWS_CRAWL = None  # the crawl that the pipelines feed; the spider sets it
OSCE_NEWS_CONTACT = ""  # an e-mail address or web page for the user agent, so that the site knows who crawls

# Who we are; the contact is added to it.
USER_AGENT = f"osce-news/{__version__}"
ROBOTSTXT_USER_AGENT = "osce-news"

# What we obey: robots.txt with its crawl-delay, one request at a time, never in a rush.
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 10.0  # what the site's robots.txt asks for; a longer crawl-delay there counts
DOWNLOAD_DELAY_JITTER = 0  # else a delay is at times half of what was asked
AUTOTHROTTLE_ENABLED = False  # it would shorten the delay
REFERRER_POLICY = "no-referrer"

# What we trust: certificates are verified, nobody can talk to the running process, no page can make
# us read files, keep cookies, or send us elsewhere by its markup.
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"  # Scrapy's default knows no IPv6
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}

# What we take.
DOWNLOAD_MAXSIZE = MAX_PAGE_BYTES
DOWNLOAD_WARNSIZE = 2 * 1024 * 1024
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_FAIL_ON_DATALOSS = True

# How often we ask again, after waits that double (middlewares/retry.py), and when we stop asking.
RETRY_TIMES = 3  # so 4 requests at most
RETRY_HTTP_CODES = [408, 429, 500, 502, 503, 504, 507, 509, *range(520, 531)]  # errors that may be temporary
BACK_OFF_BASE = 0.1  # seconds; the delay in force, if that is longer, is what doubles
BACK_OFF_MAX = 300.0  # seconds
RETRY_AFTER_MAX = 600.0  # seconds; a site that asks to wait longer is not asked again in this run
CIRCUIT_BREAKER = 3  # requests in a row that failed after all their tries; then no more are sent
CLOSESPIDER_TIMEOUT_NO_ITEM = 7200  # three requests that fail in the slowest way take less
MEMUSAGE_LIMIT_MB = 1024

# The traversal goes from page to page and knows itself where it has been.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Language": "en",
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "osce_news.crawl.middlewares.OneSiteMiddleware": 50,
    "osce_news.crawl.middlewares.StrictRobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "osce_news.crawl.middlewares.BackOffMiddleware": 550,
    "osce_news.crawl.middlewares.warc.ArchiveMiddleware": 990,  # next to the downloader: answers as they came
}
EXTENSIONS_BASE = {  # of Scrapy's own; each is imported, also one that is off
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.logstats.LogStats": 0,
}
EXTENSIONS = {
    "osce_news.crawl.extensions.CrawlDelayExtension": 1,
    "osce_news.crawl.extensions.RequestStatsExtension": 2,
}
# In _BASE, so that a user's ITEM_PIPELINES are added; they see normalised records before these are stored.
ITEM_PIPELINES_BASE = {
    "osce_news.crawl.pipelines.NormalizePipeline": 100,
    "osce_news.crawl.pipelines.StoragePipeline": 900,
}
FEED_EXPORTERS = {"csv": "osce_news.crawl.feeds.TermNamesCsvExporter"}
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"
LOG_FORMATTER = "osce_news.crawl.feeds.QuietLogFormatter"
