"""The kinds of upstreams, a file each: how a request is put to one, and what its answer looks like."""
