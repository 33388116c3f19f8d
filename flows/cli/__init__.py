"""The command `campaign-reports`.

`__main__` begins before anything large is imported; `app` has the commands and turns failures into
exit codes (`failures`, `interrupts`). Each command is a module of `commands`, and imports what it
works with when it is called. `workspaces` gives it a folder for a workspace in an object store,
`launch` runs the flow; `published` and `row_query` say which table and rows are meant, `console`
prints them, with figures in `units`.
"""
