"""Whether data was tampered with: always by what changed against a trusted baseline or reference, never absolutely."""
