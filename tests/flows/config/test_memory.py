"""`[run] memory`: what a run may take, and how many files it reads at a time for it."""

import pytest
from pydantic import ValidationError

from contracts.config.workspace import RunSection
from flows.config.memory import (
    KEYS,
    VIEWS,
    count_at_once,
    files_at_once,
    memory_bytes,
    tasks_at_once,
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2_000_000_000),
        ("500 MB", 500_000_000),
        ("1.5GiB", 1_610_612_736),
        ("1TB", 1_000_000_000_000),
    ],
)
def test_a_size_is_read_in_its_unit(text: str, size: int) -> None:
    assert memory_bytes(RunSection(memory=text)) == size


@pytest.mark.parametrize("text", ["2", "GB", "0GB", "2 gb", "-1GB", "2GB "])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        RunSection(memory=text)


def test_little_memory_reads_one_file_at_a_time() -> None:
    assert files_at_once(RunSection(memory="100MB")) == 1
    assert count_at_once(RunSection(memory="64MB"), KEYS) == 2_000_000
    assert count_at_once(RunSection(memory="100MB"), VIEWS) == 50_000


def test_as_many_tasks_at_a_time_as_there_are_cores_and_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    asked = ("100MB", "1GB", "2GB", "64GB")
    assert [tasks_at_once(RunSection(memory=size)) for size in asked] == [1, 1, 3, 4]


def test_without_a_setting_it_is_half_of_the_machine_s() -> None:
    whole = memory_bytes(RunSection())
    assert 100_000_000 < whole < 100_000_000_000_000
