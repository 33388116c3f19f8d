"""Keys as Prefect takes them: lower-case letters, digits and dashes."""

import pytest
from prefect.assets import Asset
from prefect.client.schemas.actions import ArtifactCreate

from flows.announcements.asset_lineage import name_asset
from flows.announcements.prefect_keys import in_key, name_artifact

NAMES = ["shop", "Shop & Co.", "Café_Zürich", "東京", "2026", "-x-", "a b/c", 'x"#?<>[]{}|\\^`']


@pytest.mark.parametrize("name", NAMES)
def test_prefect_takes_every_key(name: str) -> None:
    key = name_artifact(name, "summary")
    assert ArtifactCreate(key=key, type="markdown", data="").key == key
    asset = name_asset(name, "email", name)
    assert Asset(key=asset).key == asset


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Shop & Co.", "shop-co"),
        ("Café_Zürich", "cafe-zurich"),
        ("東京", "dong-jing"),
        ("?!", "workspace"),
    ],
)
def test_a_key_is_near_the_name(name: str, key: str) -> None:
    assert in_key(name) == key


def test_a_table_of_the_user_s_own_keeps_its_folder() -> None:
    assert (
        name_asset("shop", "people", "audiences/vip")
        == "campaignreports://shop/people/audiences/vip"
    )
