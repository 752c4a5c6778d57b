"""Governance: what the company's own people decided may happen, as clauses that compile to policies.

Pure: text and values in, values out. Package data (references, roles, the starter pack) is part of the
code and read through ``governance.shipped`` alone.
"""
