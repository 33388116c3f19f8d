"""User agents of machines: a kept list of crawlers, and mail scanners beside it.

The proxies through which mail programs load a person's images (Gmail's, Yahoo's) are not among
them: an open through one of them is the person's.
"""

from functools import cache
from importlib import import_module

GENERIC_USER_AGENT = "Mozilla/5.0"
"""What scanners send that do not trouble to name a browser: this and nothing more."""

MAIL_PROXIES = frozenset({"GoogleImageProxy", "YahooMailProxy", "YahooCacheSystem", "FastmailUA"})
"""Patterns of the kept list that are mail programs' own: a person looks through them."""

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

PERSON_PATTERN = r"(?i)cubot"
"""Matches people's user agents that look like a machine's: a maker of telephones."""


@cache
def match_crawlers() -> str:
    """The pattern that matches user agents which are machines.

    The list that the package crawler-user-agents keeps (case as written) is loaded when it is
    first asked for: a run with no new event does not.
    """
    kept = import_module("crawleruseragents").CRAWLER_USER_AGENTS_DATA
    patterns = [one["pattern"] for one in kept if one["pattern"] not in MAIL_PROXIES]
    return f"(?:{'|'.join(patterns)})|(?i:{'|'.join(OWN_CRAWLERS)})"
