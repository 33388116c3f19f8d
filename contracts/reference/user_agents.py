"""User agents of machines: a kept list of crawlers, and mail scanners beside it.

The proxies through which mail programs load a person's images (Gmail's, Yahoo's) are not among
them: an open through one of them is the person's.
"""

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

GENERIC_USER_AGENT = "Mozilla/5.0"
"""What scanners send that do not trouble to name a browser: this and nothing more."""

MAIL_PROXIES = frozenset({"GoogleImageProxy", "YahooMailProxy", "YahooCacheSystem", "FastmailUA"})
"""Patterns of the kept list that are mail programs' own: a person looks through them."""

KEPT_CRAWLERS = tuple(
    crawler["pattern"]
    for crawler in CRAWLER_USER_AGENTS_DATA
    if crawler["pattern"] not in MAIL_PROXIES
)
"""Patterns (case as written) of the list that the package crawler-user-agents keeps."""

OWN_CRAWLERS = (
    # Words by which crawlers commonly call themselves.
    r"bot\b",
    r"bot[/_-]",
    r"crawl",
    r"spider",
    r"scrap[ey]",
    r"fetcher",
    r"link.?check",
    r"headless",
    r"phantomjs",
    r"preview",
    r"monitoring",
    r"validator",
    # Security products that open mail and follow its links.
    r"barracuda",
    r"proofpoint",
    r"mimecast",
    r"symantec",
    r"messagelabs",
    r"fireeye",
    r"ironport",
    r"trend ?micro",
    r"sophos",
    r"forcepoint",
    r"zscaler",
    r"bitdefender",
    r"kaspersky",
    r"safelinks",
    r"urlscan",
    r"virustotal",
    r"cloudmark",
    r"paloalto",
    r"checkpoint",
    # Programs that fetch without a browser, and watchers of sites, that the kept list lacks.
    r"^java/",
    r"lwp::",
    r"guzzlehttp",
    r"^php/",
    r"^ruby",
    r"faraday",
    r"winhttp",
    r"powershell",
    r"postmanruntime",
    r"insomnia/",
    r"jakarta commons",
    r"newrelicpinger",
    r"datadog",
)
"""Patterns (any case) of machines that the kept list does not have."""

CRAWLER_PATTERN = f"(?:{'|'.join(KEPT_CRAWLERS)})|(?i:{'|'.join(OWN_CRAWLERS)})"
"""Matches user agents that are machines."""

PERSON_PATTERN = r"(?i)cubot"
"""Matches people's user agents that look like a machine's: a maker of telephones."""
