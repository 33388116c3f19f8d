"""Raw files in, a published snapshot out: the only package that knows Prefect, paths and clocks."""
