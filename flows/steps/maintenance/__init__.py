"""What keeps a workspace sound: verifying it, reading rejected rows anew, erasing a person.

An erasure finds all that tells the person, and everything that bears any of it: readings of the
ledger, quarantine, kept snapshots and, if asked, raw files (`erasure`, `rewritten_files`). It is
written anew beside what it replaces and decided by one rename (`storage/erasing`); readings and
kept results that may bear the person go. From then on `ingest/refused_people` refuses the person's
rows.
"""
