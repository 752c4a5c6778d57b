"""Where the values of a tool call came from, and what follows from it."""
