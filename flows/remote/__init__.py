"""Workspaces in an object store: commands work on a local view, and upload what they changed.

Everything else of the product works on folders. Here a command that is given `s3://bucket/prefix`
gets a folder that shows the workspace as it stands in the store; whatever it writes there is put
into the store afterwards, in an order in which a reader sees the old state or the new one.
"""
