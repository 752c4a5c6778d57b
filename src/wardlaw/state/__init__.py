"""The state authority: counters, taint, quarantine and single use, in process or in Redis."""
