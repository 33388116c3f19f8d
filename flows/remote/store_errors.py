"""What an object store's refusals mean, told without any text of its answers."""

import os
import re
from collections.abc import Generator
from contextlib import contextmanager

from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from flows.errors import CampaignReportsError, ConfigurationError, StorageFailed
from flows.remote.address import Address

ERROR_CODE = re.compile(r"<Code>(\w+)</Code>")
NO_BUCKET = "NoSuchBucket"
CREDENTIALS = "Look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
RIGHTS = "Give the credentials of the run the right to list, read, write and delete there."
ENDPOINT = "Look at AWS_ENDPOINT_URL and the network, then run again."
REFUSALS = {
    "InvalidAccessKeyId": ("the store does not know the access key", CREDENTIALS),
    "SignatureDoesNotMatch": ("the secret key does not fit the access key", CREDENTIALS),
    "AccessDenied": ("the store denies access", RIGHTS),
    "ExpiredToken": ("the credentials have expired", "Renew the credentials, then run again."),
    "InvalidToken": ("the store does not know the session token", "Look at AWS_SESSION_TOKEN."),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "Set the clock, then run again."),
    "PermanentRedirect": ("the bucket is in another region", "Look at AWS_REGION."),
    "AuthorizationHeaderMalformed": ("the region is wrong", "Look at AWS_REGION."),
    "QuotaExceeded": ("the store is full", "Make room and run again."),
    "SlowDown": ("the store takes no more requests at present", "Run again later."),
}
"""Error code of S3 -> what it means, and what would mend it; none is worth another attempt."""
NO_CREDENTIALS = "169.254."
"""Where obstore asks for the credentials of a machine in a cloud, when none are given."""
PLAIN_HTTP = "builder error"
FORBIDDEN = "403 Forbidden"


class ObjectMissing(Exception):  # noqa: N818 - it names what was found
    """There is no object under a key."""


class ObjectChanged(Exception):  # noqa: N818 - it names what was found
    """An object is not the one that a conditional request was about."""


@contextmanager
def store_errors(doing: str, address: Address) -> Generator[None]:
    """Turn what obstore says into errors of ours, without any of its text: it may bear secrets.

    Raises:
        ObjectMissing: There is no such object.
        ObjectChanged: A condition did not hold.
        ConfigurationError: There is no such bucket.
        StorageFailed: Anything else.
    """
    try:
        yield
    except (AlreadyExistsError, PreconditionError):
        raise ObjectChanged(doing) from None
    except (BaseError, OSError) as error:
        text = str(error)
        if NO_BUCKET in text:
            msg = f"there is no bucket {address.bucket}, in which {address} would be"
            raise ConfigurationError(msg, "Make it, or correct the address.") from None
        if isinstance(error, FileNotFoundError):
            raise ObjectMissing(doing) from None
        raise _explain(doing, address, text) from None


def _explain(doing: str, address: Address, text: str) -> CampaignReportsError:
    found = ERROR_CODE.search(text)
    code = found[1] if found else ""
    if code in REFUSALS:
        reason, hint = REFUSALS[code]
    elif NO_CREDENTIALS in text or not os.environ.get("AWS_ACCESS_KEY_ID", "x"):
        reason = "there are no credentials"
        hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    elif PLAIN_HTTP in text:
        reason = "the endpoint is plain HTTP, which is not allowed"
        hint = "Set AWS_ALLOW_HTTP=true if it is meant, or give an https endpoint."
    elif FORBIDDEN in text:
        reason, hint = REFUSALS["AccessDenied"]
    elif code:
        reason, hint = f"the store answers {code}", "Run again; if it goes on, ask its operator."
    else:
        reason, hint = "the store does not answer", ENDPOINT
    return StorageFailed(f"storage failed while {doing} in {address}: {reason}", hint)


def is_passing(error: BaseError | OSError) -> bool:
    """Whether the same request may succeed when it is made again."""
    if isinstance(error, AlreadyExistsError | PreconditionError | FileNotFoundError):
        return False
    text = str(error)
    found = ERROR_CODE.search(text)
    is_refused = found is not None and (found[1] in REFUSALS or found[1] == NO_BUCKET)
    return not (is_refused or FORBIDDEN in text or NO_CREDENTIALS in text or PLAIN_HTTP in text)
