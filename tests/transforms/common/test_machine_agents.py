"""Which user agents are machines: a kept list, and what we know beside it."""

import polars as pl
import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from contracts.reference.user_agents import MAIL_PROXIES
from transforms.common.machine_agents import is_crawler, is_generic

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PERSONS = [
    FIREFOX,
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X18) AppleWebKit/537.36",
    "Mozilla/5.0 (Windows NT 5.1) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 Instagram 340.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) [FBAN/FBIOS;FBAV/470.0]",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.10000)",
]
MACHINES = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; Barracuda Sentinel)",
    " curl/8.0 ",
    "GuzzleHttp/7",
    "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
]


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        *((agent, False) for agent in PERSONS),
        *((agent, True) for agent in MACHINES),
        (None, None),
    ],
)
def test_crawlers(agent: str | None, expected: object) -> None:
    judged = pl.select(is_crawler(pl.lit(agent, pl.String))).item()
    assert judged is expected


def test_what_names_no_browser_is_generic() -> None:
    agents = pl.DataFrame({"agent": [" Mozilla/5.0", FIREFOX, None]})
    assert agents.select(is_generic(pl.col("agent")))["agent"].to_list() == [True, False, None]


def test_the_kept_list_still_has_the_mail_proxies_that_we_leave_out() -> None:
    kept = {crawler["pattern"] for crawler in CRAWLER_USER_AGENTS_DATA}
    assert kept >= MAIL_PROXIES


def test_every_example_of_the_kept_list_is_a_machine() -> None:
    instances = [
        agent
        for crawler in CRAWLER_USER_AGENTS_DATA
        if crawler["pattern"] not in MAIL_PROXIES
        for agent in crawler["instances"]
    ]
    agents = pl.DataFrame({"agent": instances})
    assert agents.filter(~is_crawler(pl.col("agent")))["agent"].to_list() == []
