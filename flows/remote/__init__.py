"""Workspaces in an object store: commands work on a local view, and upload what they changed.

Everything else of the product works on folders. Here a command that is given `s3://bucket/prefix`
(`address`) gets a folder that shows the workspace as it stands in the store; whatever it writes
there is put into the store afterwards, in an order in which a reader sees the old state or the new
one. `workspace_place` is what others ask, and loads the rest where an address is given.

A command says what it needs (`needs`). `remote_workspace` takes the `lease` where it writes, has
the view filled (`mirror`) from what was brought before (`object_cache`), and changes uploaded
(`uploads`). What a key holds is told by `object_keys`, requests are made by `object_store`, whose
refusals `store_errors` puts into words. Raw files are brought when they are read, those of the
workspace (`raw_objects`) and those of feeds that lie elsewhere (`feed_stores`): until then a file
of their size **stands in** for them. `place_names` has the address said in place of the folder.
"""
