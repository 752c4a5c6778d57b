"""Rule tables of the security wing: data only."""
