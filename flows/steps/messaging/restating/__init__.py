"""The sums over the send facts of a night: those of the run before, brought up to date.

Sums are kept, facts are not. `restated_facts` begins with the sums of a run before, with the names
and files that gave them. `touched_sends` finds the sends of which anything changed since: a row of
theirs came or went, or what it names (a message, an address, a list) means something else; and
every send that an event without a send could belong to as well. The facts of these sends are built
twice, as they were and as they are; `restated_sums` takes off the one and adds the other. A first
or last time cannot be taken off: of what loses one, all sends are looked up again. Where too many
rows are touched, or a channel has receipts where it had none, all facts are built anew.
"""
