"""``wardlaw mcp wrap``: a server of tools on this machine, with the gateway's judgement in front of it."""
