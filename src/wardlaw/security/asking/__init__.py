"""What a tool call asks for: how many rows, what its SQL does, where copies go. Pure; nothing here is run."""
