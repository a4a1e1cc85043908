"""Real registries, and real proxies in front of one: `nox -s registries`.

`kinds` lists what there is and how it starts; `test_matrix` asks each kind for each verb. A row for a new verb is one
test function there that takes the fixture `site`. A new registry is one entry of `kinds.KINDS`.

What only one kind can do has a test of its own: `test_fronts` for proxies, `test_restarts` for what is stopped
or cut in the middle of a transfer.
"""
