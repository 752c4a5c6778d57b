"""The management API: the only way in which anybody changes or reads Wardlaw's state."""
