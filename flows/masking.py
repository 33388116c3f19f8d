"""Texts of the data as they may be shown: names and links sometimes bear a person's address."""

import re

ADDRESS = re.compile(
    r"[^\s@/?&=<>]{1,64}(?:@|%40)[^\s@/?&=<>]{1,200}\.[^\s@/?&=<>]{1,60}", re.IGNORECASE
)
"""What looks like an e-mail address, as links and names sometimes bear one."""
MASKED = "(an address)"
BETWEEN_DIGITS = r"(?:[ ().-]|%20){0,2}"
PHONE = re.compile(
    rf"((?<![\w%])\+|%(?:25)?2B)\(?\d(?:{BETWEEN_DIGITS}\d){{8,14}}(?!\d)"
    r"|((?:(?<![a-z])(?:tel|sms|callto):|wa\.me/|(?:phone|mobile|msisdn|(?<![a-z])tel)\w*=)\+?)"
    rf"\(?\d(?:{BETWEEN_DIGITS}\d){{6,14}}(?!\d)",
    re.IGNORECASE,
)
"""What looks like a telephone number: with the plus of its country, or named as one."""
PHONE_SIGNS = ("+", "%2", "tel", "sms:", "callto:", "wa.me", "phone", "mobile", "msisdn")
MASKED_PHONE = "(a number)"


def mask(text: str) -> str:
    """A text without addresses and telephone numbers; only one with their signs is searched."""
    told = ADDRESS.sub(MASKED, text) if "@" in text or "%40" in text else text
    lower = told.lower()
    if any(sign in lower for sign in PHONE_SIGNS):
        return PHONE.sub(lambda found: f"{found[2] or ''}{MASKED_PHONE}", told)
    return told
