"""Links as they are meant: platforms, ids, names, days, macros and aliases."""

import pytest

from tests.support.ad_world import (
    AD,
    CAMPAIGN_ID,
    CAMPAIGN_NAME,
    FACEBOOK,
    GOOGLE,
    NAME,
    NOTHING,
    ambiguous,
    matched_ad,
    matched_campaign,
    platform_only,
    url,
    utm,
)

SPRING = matched_campaign(GOOGLE, "1", CAMPAIGN_NAME)
FACES = matched_campaign(FACEBOOK, "51", CAMPAIGN_NAME)

MEANING_CASES = [
    pytest.param(utm("adwords", "Spring Sale"), SPRING, id="adwords"),
    pytest.param(utm("YouTube", "Spring Sale"), SPRING, id="youtube"),
    pytest.param(utm("Google_Ads", "Spring Sale"), SPRING, id="the platform's own name"),
    pytest.param(utm("www.google.co.uk", "Spring Sale"), SPRING, id="google.co.uk"),
    pytest.param(utm("fb", "Faces"), FACES, id="fb"),
    pytest.param(utm("IG", "Faces"), FACES, id="ig"),
    pytest.param(utm("meta", "Faces"), FACES, id="meta"),
    pytest.param(utm("facebook.com", "Faces"), FACES, id="facebook.com"),
    pytest.param(utm("m.facebook.com", "Faces"), FACES, id="m.facebook.com"),
    pytest.param(utm("l.instagram.com", "Faces"), FACES, id="l.instagram.com"),
    pytest.param(utm("https://l.facebook.com/", "Faces"), FACES, id="a source that is a URL"),
    pytest.param(
        utm("bing", "Faces"), platform_only("microsoft_ads"), id="another platform's name"
    ),
    pytest.param(utm("t.co"), platform_only("twitter_ads"), id="t.co"),
    pytest.param(utm("google.evil.com", "no"), NOTHING, id="google.evil.com is not Google"),
    pytest.param(
        utm("my-dsp", "programmatic"),
        matched_campaign("my_dsp", "71", CAMPAIGN_NAME),
        id="a platform of the user's own",
    ),
    pytest.param(utm("Prospecting FB", "Faces"), FACES, id="a source of the user's own"),
    pytest.param(utm("google"), platform_only(GOOGLE), id="the platform alone"),
    pytest.param(utm(gclid="Cj0K"), platform_only(GOOGLE), id="gclid alone"),
    pytest.param(url("https://x.com/?GCLID=Cj0K"), platform_only(GOOGLE), id="gclid in the URL"),
    pytest.param(url("https://x.com/?wbraid=Cl"), platform_only(GOOGLE), id="wbraid"),
    pytest.param(url("https://x.com/?li_fat_id=ab"), platform_only("linkedin_ads"), id="li_fat_id"),
    pytest.param(utm(ttclid="E.C"), platform_only("tiktok_ads"), id="ttclid"),
    pytest.param(utm(msclkid="a1"), platform_only("microsoft_ads"), id="msclkid"),
    pytest.param(url("https://x.com/?gclid="), NOTHING, id="an empty click id"),
    pytest.param(url("https://x.com/?gclid={gclid}"), NOTHING, id="an unresolved click id"),
    pytest.param(
        utm(campaign="Spring Sale", fbclid="Iw"),
        matched_campaign(FACEBOOK, "1", CAMPAIGN_NAME),
        id="a click id gives the platform",
    ),
    pytest.param(
        utm("google", "Spring Sale", fbclid="Iw"), SPRING, id="utm_source before click id"
    ),
    pytest.param(
        utm("newsletter", "Spring Sale", gclid="Cj"),
        SPRING,
        id="click id where the source is unknown",
    ),
    pytest.param(
        utm(campaign="Faces", gclid="Cj", fbclid="Iw"), FACES, id="two click ids prove nothing"
    ),
    pytest.param(utm("newsletter", "June"), NOTHING, id="no ad platform"),
    pytest.param(utm("google", content="12"), matched_ad(GOOGLE, "1", "12", AD), id="ad id"),
    pytest.param(
        utm("google", content="23"), matched_ad(GOOGLE, "2", "23", AD), id="ad without name"
    ),
    pytest.param(
        utm("google", "Summer Sale", "12"),
        matched_ad(GOOGLE, "1", "12", AD),
        id="ad id comes first",
    ),
    pytest.param(
        utm("google", content="blue shoe"), matched_ad(GOOGLE, "1", "11", NAME), id="ad name"
    ),
    pytest.param(
        utm("facebook", content="511"), matched_ad(FACEBOOK, "51", "511", AD), id="id before name"
    ),
    pytest.param(
        utm("google", "1"),
        matched_campaign(GOOGLE, "1", CAMPAIGN_ID),
        id="id before another's name",
    ),
    pytest.param(
        utm("google", "Summer Sale", "red shoe"),
        matched_ad(GOOGLE, "2", "21", NAME),
        id="ad name in two campaigns, campaign named",
    ),
    pytest.param(
        utm("google", "1", "Red Shoe"),
        matched_ad(GOOGLE, "1", "12", NAME),
        id="ad name in two campaigns, campaign by id",
    ),
    pytest.param(
        utm("google", content="Red Shoe", utm_id="2"),
        matched_ad(GOOGLE, "2", "21", NAME),
        id="ad name in two campaigns, campaign by utm_id",
    ),
    pytest.param(
        utm("google", content="Red Shoe"),
        ambiguous("platform", NAME, GOOGLE),
        id="ad name in two campaigns",
    ),
    pytest.param(
        utm("google", "Nobody", "Red Shoe"),
        ambiguous("platform", NAME, GOOGLE),
        id="ad name in two campaigns, unknown one named",
    ),
    pytest.param(
        utm("google", "Spring Sale", "Twin"),
        ambiguous("campaign", NAME, GOOGLE, "1"),
        id="two ads of one campaign",
    ),
    pytest.param(
        utm("google", content="TWIN"),
        ambiguous("campaign", NAME, GOOGLE, "1"),
        id="two ads of one campaign, none named",
    ),
    pytest.param(
        utm("google", "Spring Sale", "Only Here"),
        SPRING,
        id="the ad of another campaign is not meant",
    ),
    pytest.param(
        utm("google", "Spring Sale", "nonsense"), SPRING, id="unknown content, campaign known"
    ),
    pytest.param(
        utm("google", "0012"), matched_campaign(GOOGLE, "0012", CAMPAIGN_ID), id="leading zeros"
    ),
    pytest.param(utm("google", "12"), platform_only(GOOGLE), id="leading zeros are not dropped"),
    pytest.param(
        utm("google", "123456789012345678"),
        matched_campaign(GOOGLE, "123456789012345678", CAMPAIGN_ID),
        id="18 digits",
    ),
    pytest.param(
        utm("google", utm_id="2"), matched_campaign(GOOGLE, "2", CAMPAIGN_ID), id="utm_id"
    ),
    pytest.param(
        utm("google", "Spring Sale", utm_id="2"),
        matched_campaign(GOOGLE, "2", CAMPAIGN_ID),
        id="utm_id before the campaign's name",
    ),
    pytest.param(
        utm("google", "12 34", content="900x"), platform_only(GOOGLE), id="nothing names it"
    ),
    pytest.param(
        utm("google", content="900"),
        matched_ad(GOOGLE, "17", "900", AD),
        id="a campaign id elsewhere",
    ),
    pytest.param(
        utm("google", "Double"), ambiguous("platform", CAMPAIGN_NAME, GOOGLE), id="two campaigns"
    ),
    pytest.param(
        utm("google", "19"),
        ambiguous("platform", CAMPAIGN_ID, GOOGLE),
        id="one campaign id in two accounts",
    ),
    pytest.param(
        utm(campaign="1"), ambiguous("none", CAMPAIGN_ID), id="campaign id on two platforms"
    ),
    pytest.param(
        utm(campaign="Spring Sale"),
        ambiguous("none", CAMPAIGN_NAME),
        id="campaign name on two platforms",
    ),
    pytest.param(utm(campaign="Faces"), FACES, id="a name unique over all platforms"),
    pytest.param(utm(content="11"), ambiguous("none", AD), id="ad id on two platforms"),
    pytest.param(
        utm(content="12"), matched_ad(GOOGLE, "1", "12", AD), id="ad id unique over all platforms"
    ),
    pytest.param(utm(content="Blue Shoe"), ambiguous("none", NAME), id="ad name on two platforms"),
    pytest.param(
        utm("facebook", content="Blue Shoe"),
        matched_ad(FACEBOOK, "1", "11", NAME),
        id="ad name on two platforms, source known",
    ),
    pytest.param(
        utm(campaign="Spring Sale", utm_id="1"),
        ambiguous("none", CAMPAIGN_ID),
        id="id and name on two platforms",
    ),
    pytest.param(
        utm(campaign="Double"),
        ambiguous("platform", CAMPAIGN_NAME, GOOGLE),
        id="two campaigns agree on their platform",
    ),
    pytest.param(
        utm("facebook", "{{campaign.name}}"), platform_only(FACEBOOK), id="{{campaign.name}}"
    ),
    pytest.param(
        utm("google", "{{campaign.name}}"), platform_only(GOOGLE), id="a macro that is also a name"
    ),
    pytest.param(utm("google", "{campaignid}"), platform_only(GOOGLE), id="{campaignid}"),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=%7B%7Bcampaign.name%7D%7D"),
        platform_only(GOOGLE),
        id="an encoded macro",
    ),
    pytest.param(
        utm("google", "{campaignid}", "12"),
        matched_ad(GOOGLE, "1", "12", AD),
        id="a macro beside a good value",
    ),
    pytest.param(utm("{{site_source_name}}", "Faces"), FACES, id="a macro as source"),
    pytest.param(
        utm("google", "Since March"),
        matched_campaign(GOOGLE, "3", CAMPAIGN_NAME),
        id="today's name",
    ),
    pytest.param(
        utm("google", "Before March"),
        matched_campaign(GOOGLE, "3", CAMPAIGN_NAME),
        id="former name",
    ),
    pytest.param(
        utm("google", "Reused"),
        matched_campaign(GOOGLE, "5", CAMPAIGN_NAME),
        id="the name of the day",
    ),
    pytest.param(
        utm("google", "Retired"), platform_only(GOOGLE), id="former name of two campaigns"
    ),
    pytest.param(
        utm("google", content="Old Ad"), matched_ad(GOOGLE, "3", "31", NAME), id="former ad name"
    ),
    pytest.param(
        utm("google", "Since March", "old ad"),
        matched_ad(GOOGLE, "3", "31", NAME),
        id="former ad name within its campaign",
    ),
    pytest.param(
        utm("google", "sprng_SALE"),
        matched_campaign(GOOGLE, "1", "alias"),
        id="alias of a campaign",
    ),
    pytest.param(
        utm("google", content="old-banner"),
        matched_ad(GOOGLE, "1", "12", "alias"),
        id="alias of an ad",
    ),
    pytest.param(
        utm("google", "Summer Sale", "old-banner"),
        matched_ad(GOOGLE, "1", "12", "alias"),
        id="an alias comes first",
    ),
    pytest.param(
        utm("facebook", "sprng-sale"),
        platform_only(FACEBOOK),
        id="an alias belongs to its platform",
    ),
    pytest.param(
        utm(campaign="sprng-sale"), matched_campaign(GOOGLE, "1", "alias"), id="alias, no platform"
    ),
    pytest.param(utm("google", "gone"), platform_only(GOOGLE), id="alias of an unknown id"),
    pytest.param(
        utm("google", "gone", "12"),
        platform_only(GOOGLE),
        id="alias to nothing comes first",
    ),
]
