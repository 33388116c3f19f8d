"""What the tests of faults share."""

import pytest

from tests.support.faults.sound_workspaces import Sound, make_sound
from tests.support.shared_folders import make_once


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """A workspace as it should be, made once for all processes."""
    return Sound.read(make_once(tmp_path_factory, "sound", make_sound))
