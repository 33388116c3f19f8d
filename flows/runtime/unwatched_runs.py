"""Runs on a server of our own, which nobody asks whether they live or what they did."""

from collections.abc import Generator
from contextlib import contextmanager

from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.runtime.prefect_server import is_private


@contextmanager
def spare_a_private_server() -> Generator[None]:
    """Send no events and no heartbeats to a server that ends with this process.

    A run would wait half a second on average for the thread of its heartbeats, and the server
    spend more on recording events than on the run. A server of the user's own is told everything.
    """
    if not is_private():
        yield
        return
    EventsWorker.set_client_override(NullEventsClient)
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield
