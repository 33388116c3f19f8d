"""Where the tasks of a run are carried out: in this process, or on an existing Dask cluster.

A task is a function of a module, of what is shared and of an item (`workers.perform`).
`dask_workers` sends it to a cluster, wrapped so that a scheduler imports nothing of it (`parcels`).
"""
