"""What everybody did, kept in files in the order of time.

`write_activities` makes all of it: first whose each device was (`identity_links`) and the number of
each contact (`people_inputs`), then a piece of each batch of files of a table. A piece is kept
while all that decides its rows stays what it is (`activity_pieces`). `web_activities` writes
sessions and orders, `message_activities` sends and events.

Events hang on more than their own rows: each is somebody's, and of a message, by its send, which
may lie in any batch; by whose its device was; and a machine's by how soon after the delivery it
came. So a batch of events notes what it asks (`event_questions`): `shared_keys` finds the pieces of
sends that have any send that it names, `linked_pieces` what the links say of its devices, and
`machine_signs` which of its clicks came in haste. Where all answer as before, its piece stands.
"""
