"""What libraries import wherever it is installed, and a command does without."""

import sys
from importlib import import_module
from importlib.util import find_spec

import pytest

from flows.runtime.imports import NEEDLESS, leave_out_needless


@pytest.mark.parametrize("name", sorted(NEEDLESS))
def test_a_needless_library_is_found_but_not_imported(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.delitem(sys.modules, name, raising=False)
    leave_out_needless()
    assert find_spec(name) is not None
    with pytest.raises(ModuleNotFoundError, match=name):
        import_module(name)
