"""A deployment is one workspace, and bears its name."""

import pytest
import yaml

from flows.errors import ConfigurationError
from flows.runtime.deployments import PROJECT, describe_workspace, require_distinct_names
from flows.runtime.scheduling import IS_OF_A_RUN


@pytest.mark.parametrize(
    ("path", "name"), [("/data/shop", "shop"), ("/data/shop/", "shop"), ("s3://acme/shop", "shop")]
)
def test_a_deployment_bears_the_name_of_its_workspace(path: str, name: str) -> None:
    assert describe_workspace(path) == {"name": name, "path": path, "project": str(PROJECT)}


@pytest.mark.parametrize("path", ["", "shop", "../shop"])
def test_a_workspace_that_is_not_named_is_not_deployed(path: str) -> None:
    with pytest.raises(SystemExit, match=r"names no workspace|not an absolute path"):
        describe_workspace(path)


def test_two_workspaces_of_one_name_are_not_served_together() -> None:
    with pytest.raises(ConfigurationError, match="2 workspaces are called shop"):
        require_distinct_names(["/a/shop", "s3://b/shop", "/b/mall"])


def test_the_deployment_file_names_what_is_there() -> None:
    stated = yaml.safe_load((PROJECT / "flows/prefect.yaml").read_text())
    assert "flows.runtime.deployments.describe_workspace" in stated["build"][0]
    (deployment,) = stated["deployments"]
    file, flow = deployment["entrypoint"].split(":")
    assert f"def {flow}(" in (PROJECT / file).read_text()
    assert set(deployment["parameters"]) == {"workspace", "full", "wait_seconds"}
    assert deployment["work_pool"]["job_variables"]["env"][IS_OF_A_RUN] == "1"
