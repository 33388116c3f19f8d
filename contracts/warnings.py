"""The codes of warnings (SPEC §8): a closed set, which scripts of users hang on."""

from collections.abc import Mapping

WARNINGS: Mapping[str, str] = {
    "account_twice": (
        "two accounts with the same figures of the same campaigns, ad groups or ads on the same "
        "days: one account under two ids, whose figures count twice"
    ),
    "address_odd": (
        "e-mail addresses with a name beside them, or several in a cell: they meet no other feed's"
    ),
    "alias_unknown": (
        "an alias leads to an ad or campaign that no feed knows; its sessions are unmatched"
    ),
    "attributes_differ": (
        "rows of one day and ad that say different things in some custom columns, as those by "
        "device: the reports lack those in which they agree, too"
    ),
    "bounce_kind_unknown": (
        "bounces whose subtype is neither `hard` nor `soft`, as a provider's own word: they count "
        "in `other_bounces`"
    ),
    "channel_assumed": (
        "sends that name nothing and have no event, in the channel that events of others tell"
    ),
    "column_gone": (
        "a column that earlier files of the feed have, or those of an earlier run had, is missing "
        "in later ones; one that no mapping reads is told once"
    ),
    "column_missing": (
        "a metric, id or name that a source calls optional is not in the files: null there, not 0"
    ),
    "constant_over_column": (
        "a column that files have and that is not read, because `constants` gives its value"
    ),
    "conversion_unknown": (
        "a name in `conversions` that no row of the platform's conversions bears: it counts nothing"
    ),
    "conversions_twice": (
        "ad figures with conversions of their own, while a feed of `ad_conversions` gives those of "
        "the same day; both count"
    ),
    "conversions_unplaced": (
        "conversions given by name of an ad or campaign that no other feed knows: they wait for it "
        "and stand in no report"
    ),
    "coarse_days": (
        "ad figures of which all days are the first of their months, or one day of the week: "
        "perhaps a report by month or week, each row of which is read as that day alone"
    ),
    "day_order": (
        "days like 05/02/2026 that a source reads with the month first, while no day after the "
        "12th shows that order; `formats` says which"
    ),
    "empty_file": "a file without rows",
    "equal_rows": "ad figures that stand twice in a file, cell by cell; both count",
    "far_off_time": (
        "rows of a time before 2000 or more than a year ahead: a spreadsheet's zero, a mistyped "
        "year, another unit"
    ),
    "feed_empty": "a feed without rows; tables published before stand on without rows",
    "few_rows": "new files have fewer rows than `min_rows`",
    "file_changing": (
        "a raw file changed while it was read, or is younger than `settle_seconds`: next run"
    ),
    "figures_impossible": (
        "a feed with more clicks than impressions, or whose spend looks like micros: thousands, "
        "another unit or another column"
    ),
    "files_alike": (
        "files that a feed's pattern would match but for capitals or compression, as `A.CSV` or "
        "`a.csv.gz` for `*.csv`; they are not read"
    ),
    "folders_matched": (
        "folders of the name that a feed's files have, as programs write tables in parts: "
        "a pattern of their own reads them"
    ),
    "id_of_nobody": (
        "a contact or device called `0`, `null`, `undefined`, `(not set)` …: many people may stand "
        "as one under it; `null_values` reads it as empty"
    ),
    "ids_bared": (
        "ids or words with blanks or characters without width around them, or written as "
        '`="00123"` or `\'00123` for a spreadsheet: read without'
    ),
    "ids_shared": (
        "ids that rows of several people bear, or mailings of one name with other figures in one "
        "file: of each the last row counts, and the others are lost"
    ),
    "kept_damaged": (
        "what was kept of a step did not verify; it was computed again, so the figures are right"
    ),
    "late": "more than `expect_every` has passed since the feed's newest day or stamp",
    "ledger_damaged": (
        "what was kept of a file did not verify; it was read again, so the figures are right"
    ),
    "levels_disagree": (
        "campaigns cost another sum than their ads; `ads/spend_sources` shows both"
    ),
    "more_than_sent": (
        "a provider's summary with more deliveries than sends, or more unique opens or clicks than "
        "deliveries: rates above 1"
    ),
    "never_told": (
        "hundreds of delivered e-mails of which none was ever opened, or thousands of which none "
        "was clicked: no feed gives these events, and 0 says nothing"
    ),
    "no_files": "no file matches a feed's pattern",
    "no_offset": (
        "times without an offset, while the reports have a time zone and neither the feed's "
        "`timezone` nor its source says theirs: read as UTC, which shifts those of local exports"
    ),
    "no_time": (
        "stamps that are a day without a time, whose midnight in the feed's `timezone` is the day "
        "before in the reports' zone; orders of a day, before which none of its clicks and "
        "sessions lies"
    ),
    "note": (
        "what was skipped in a file: preambles, total rows, rows that the source takes for none of "
        "its tables (a failed payment)"
    ),
    "order_lines": (
        "orders that stand in several rows of a file, of one time and with other revenue, as in an "
        "export of a row an item, or with revenue above and below 0, as a sale and its refund; the "
        "last row counts alone"
    ),
    "order_state_unknown": (
        "orders in a state that no rule knows, as a shop's own word for cancelled; "
        "they count as sold"
    ),
    "parent_missing": (
        "ad figures that name no campaign, while others of the same feed and level do, as where a "
        "spreadsheet merged cells: they stand under no campaign"
    ),
    "point_unclear": (
        "numbers like 1.234 in a file with our columns, read with a decimal point while none shows "
        "that points do not group thousands; `decimal` says which"
    ),
    "rate_base": (
        "rates of the reporting currency itself other than 1: the feed's rates are in another one"
    ),
    "rate_missing": (
        "a currency without a rate on its day: orders and ad stats rejected, message costs and "
        "amounts of breakdowns left out; or a message's cost of which nobody says the day"
    ),
    "rebuilt": ("everything was computed anew, because the program or a library of it is another"),
    "receipts_assumed": (
        "nobody says which sends were delivered; sent and not bounced counts as delivered"
    ),
    "renamed_twice": (
        "of an entity without an id, another file or feed gives the same figures under another "
        "name, or with an id or account: both count"
    ),
    "restated": (
        "later files of a feed say days of ad figures anew: files, days, the spend before and after"
    ),
    "rows_dropped": "new files have fewer rows than `max_drop` allows below the usual",
    "segment_count": "a segment's rules draw another number than the source says",
    "segment_rules": "a segment's rules that are not evaluated",
    "several_campaigns": (
        "sends of a message that name another campaign than the one under which all of them stand; "
        "dispatches whose messages are of several: `dispatch_report` says `(several)`, "
        "`hierarchy_report` has a row for each"
    ),
    "several_channels": (
        "sends whose events are of another channel than their message, dispatch or campaign, or "
        "of two where nothing names one: a send in each"
    ),
    "setting_idle": (
        "a feed's setting that does nothing where it stands: `on_late` without `expect_every`, "
        "`min_rows` or `max_drop`, `repeats` of a table whose latest row counts, `without` of a "
        "column that its table requires, `conversions` where none are chosen"
    ),
    "several_parents": (
        "ads whose stats name several campaigns; each has its spend, one has all sessions"
    ),
    "shared_email": "an address of several contacts; the one updated last is meant",
    "shared_send": (
        "sends that events name with several contacts, as of a mail to several recipients that has "
        "one id; each counts once, as one contact's"
    ),
    "snapshot_damaged": (
        "a kept snapshot is not what was written; `run/feeds` and `run/changes` are made without it"
    ),
    "spend_unplaced": (
        "figures whose account no feed knows, while another speaks for the platform"
    ),
    "stats_missing": "sessions of a platform of which no feed has stats: its spend is null, not 0",
    "status_disagreement": "a final status that events contradict; the row stands",
    "total_suspected": (
        "a row at the start or end of a file that a word for totals names, ad figures called `All` "
        "or `Total` that cost what others of the day cost, or a last order with an id without a "
        "digit that brings what all others do: perhaps a total row; it counts"
    ),
    "two_feeds_speak": (
        "two feeds give one entity's figures of the same days; the one configured first counts"
    ),
    "unit_unsaid": (
        "a column whose name says micros, cents or thousands, read as whole units: `units` says so"
    ),
    "unknown_event_type": (
        "rows of an event type that is not a standard one, with the nearest; kept as generic events"
    ),
    "unresolved_reference": "ids that no feed has (yet); the rows are kept",
    "unusual_platform": (
        "a platform name that looks misspelt, or that links name otherwise (`google` in a feed, "
        "whose sessions look for `google_ads`): the entry of `values` that mends it"
    ),
    "views_unused": (
        "page views of days of which their organization's feed of sessions has none: they make no "
        "session, as all of an organization's come from one of the two"
    ),
}
"""Code -> what is doubtful."""
