"""Two proportions compared: Newcombe's interval of their difference, and the score test."""

import math

import polars as pl

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


def compare_proportions(
    hits: pl.Expr, trials: pl.Expr, base_hits: pl.Expr, base_trials: pl.Expr
) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """Compare a proportion with a base.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17 (1998), method 10: the square-and-add of two Wilson intervals. The
    test is the score test with the pooled proportion.

    Args:
        hits: How many of the trials succeeded.
        trials: How many trials there were.
        base_hits: The same of the base.
        base_trials: The same of the base.

    Returns:
        The difference of the proportions, the low and high ends of its 95 % interval, and the
        two-sided p-value that both are equal. Null where there are no trials or more hits than
        trials; the p-value is 1 where both proportions are 0 or both 1.
    """
    holds = (trials > 0) & (base_trials > 0) & (hits <= trials) & (base_hits <= base_trials)
    share, base = hits / trials, base_hits / base_trials
    low, high = _wilson(share, trials)
    base_low, base_high = _wilson(base, base_trials)
    difference = share - base
    below = ((share - low) ** 2 + (base_high - base) ** 2).sqrt()
    above = ((high - share) ** 2 + (base - base_low) ** 2).sqrt()
    pooled = (hits + base_hits) / (trials + base_trials)
    spread = (pooled * (1 - pooled) * (1 / trials + 1 / base_trials)).sqrt()
    score = pl.when(spread > 0).then(difference.abs() / spread).otherwise(0.0)
    p_value = (score * math.sqrt(0.5)).erfc()
    whole = (difference, difference - below, difference + above, p_value)
    kept = [pl.when(holds).then(one) for one in whole]
    return kept[0], kept[1], kept[2], kept[3]


def _wilson(share: pl.Expr, trials: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    square = Z_95**2
    middle = share + square / (2 * trials)
    half = Z_95 * (share * (1 - share) / trials + square / (4 * trials**2)).sqrt()
    below = 1 + square / trials
    return (middle - half) / below, (middle + half) / below
