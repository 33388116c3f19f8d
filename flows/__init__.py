"""Raw files in, a published snapshot out: the only package that knows Prefect, paths and clocks."""

from flows.runtime.allocator import keep_pages

keep_pages()
