"""Whether a user agent is a program: one judge for sessions, opens and clicks."""

import polars as pl

from contracts.reference.user_agents import GENERIC_USER_AGENT, PERSON_PATTERN, match_crawlers


def is_generic(user_agent: pl.Expr) -> pl.Expr:
    """Whether a user agent names no browser at all; null where there is none."""
    return user_agent.str.strip_chars() == GENERIC_USER_AGENT


def is_crawler(user_agent: pl.Expr) -> pl.Expr:
    """Whether a user agent is a known crawler's, scanner's or library's; null where there is none.

    To be asked of distinct user agents: the patterns are many.
    """
    agent = user_agent.str.strip_chars()
    return agent.str.contains(match_crawlers()) & ~agent.str.contains(PERSON_PATTERN)
