"""Where the tasks of a run are carried out: in this process, or on an existing Dask cluster."""
