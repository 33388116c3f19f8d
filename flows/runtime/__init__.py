"""What a run runs in: Prefect, its server, the allocator; and where frames are collected.

`materialize` works frames out, in memory or in files: nothing else of the steps' code need know
how. `prefect_steps` makes functions steps of a run and `flow_ends` ends it in one sentence. Where
no server is named, `prefect_server` starts one of its own (`server_process`,
`server_database`), with quiet defaults (`prefect_defaults`); `deployments` describes those of
workspaces. `allocator` and `imports` take effect before anything else is loaded, `scheduling`
before a run begins its threads.
"""
