"""What people did, built again from the feeds by the very step that built it for the reports."""

from functools import cached_property

from flows.explain.ads.stats_rows import AdStatsRows
from flows.explain.published_run import PublishedRun
from flows.steps.activities.people_inputs import PeopleInputs
from flows.steps.activities.write_activities import Activities, write_activities


class ActivityFacts:
    """The activities of a run."""

    def __init__(self, run: PublishedRun, ads: AdStatsRows) -> None:
        """Read the activities of a run, and its sessions with their ads."""
        self.run = run
        self.ads = ads

    @cached_property
    def activities(self) -> Activities:
        """What everybody did, whose each device was, cut into groups of people."""
        run = self.run
        matched, ad_names = self.ads.facts.matched, self.ads.facts.names.lazy()
        inputs = PeopleInputs(run.catalog, run.config, run.names, matched, ad_names)
        return write_activities(inputs, run.scratch / "activities")
