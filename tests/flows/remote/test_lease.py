"""The lease: one holder at a time, on whatever machine."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta, tzinfo

import obstore
import pytest

from flows.errors import WorkspaceBusy
from flows.remote import lease
from flows.remote.address import Address
from flows.remote.lease import Lease, hold_lease, refuse_if_leased
from flows.remote.object_keys import LEASE, POINTER
from flows.remote.object_store import S3Objects
from flows.remote.store_errors import ObjectChanged
from tests.support.object_stores import S3Server
from tests.support.remote_workspaces import let_run_out


def test_a_second_holder_is_refused_at_once_and_told_who_holds_it(address: Address) -> None:
    with hold_lease(S3Objects(address)):
        with pytest.raises(WorkspaceBusy, match=r"holds the workspace s3://.* \(process \d+ on"):
            hold_lease(S3Objects(address)).__enter__()
        with pytest.raises(WorkspaceBusy):
            refuse_if_leased(address)
    refuse_if_leased(address)
    with hold_lease(S3Objects(address)):
        pass


def test_of_many_that_take_a_free_lease_at_once_one_gets_it(address: Address) -> None:
    with hold_lease(S3Objects(address)):
        pass
    together, tried = threading.Barrier(8), threading.Barrier(8)

    def take(_: int) -> bool:
        objects = S3Objects(address)
        together.wait()
        with ExitStack() as holding:
            try:
                holding.enter_context(hold_lease(objects))
            except WorkspaceBusy:
                return False
            else:
                return True
            finally:
                tried.wait()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_who_waits_gets_it_when_it_is_given_back(address: Address) -> None:
    holding = hold_lease(S3Objects(address))
    holding.__enter__()
    ending = threading.Timer(0.5, holding.__exit__, (None, None, None))
    ending.start()
    with hold_lease(S3Objects(address), wait_seconds=300):
        ending.join()


def test_a_lease_is_renewed_while_its_holder_lives(
    s3: S3Server, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEWALS", 1000)
    with hold_lease(S3Objects(address)):
        while json.loads(s3.contents(address.prefix)[LEASE])["renewals"] < 3:
            time.sleep(0.05)
        with pytest.raises(WorkspaceBusy):
            refuse_if_leased(address)


def test_a_lease_that_ran_out_is_taken_over_and_its_holder_refused(
    s3: S3Server, address: Address
) -> None:
    dead = Lease(S3Objects(address))
    dead.take(None)
    let_run_out(s3, address)
    with hold_lease(S3Objects(address)) as taken:
        with pytest.raises(WorkspaceBusy, match="lost its hold"):
            dead.require()
        dead.give_back()
        taken.require()


class Ahead(datetime):
    """The clock of a machine that is ten minutes ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + timedelta(minutes=10)


def test_a_clock_that_is_ahead_takes_over_no_living_lease(
    s3: S3Server, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hold_lease(S3Objects(address)) as held:
        monkeypatch.setattr(lease, "datetime", Ahead)
        with pytest.raises(WorkspaceBusy):
            hold_lease(S3Objects(address)).__enter__()
        held.require()
        let_run_out(s3, address)
        with hold_lease(S3Objects(address)):
            pass


def test_a_late_request_of_who_lost_the_lease_finds_another_pointer(
    s3: S3Server, address: Address
) -> None:
    objects = S3Objects(address)
    obstore.put(s3.store(address.prefix), POINTER, b'{"run_id": "1"}\n')
    Lease(objects).take(None)
    seen = objects.look(POINTER)
    let_run_out(s3, address)
    with hold_lease(S3Objects(address)):
        with pytest.raises(ObjectChanged):
            objects.put_if(POINTER, b'{"run_id": "late"}', seen.e_tag)
        assert json.loads(s3.contents(address.prefix)[POINTER]) == {"run_id": "1"}


def test_a_lease_that_is_no_lease_holds_for_its_time(s3: S3Server, address: Address) -> None:
    obstore.put(s3.store(address.prefix), LEASE, b"?")
    with pytest.raises(WorkspaceBusy):
        refuse_if_leased(address)
