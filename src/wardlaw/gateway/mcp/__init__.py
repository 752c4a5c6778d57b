"""Tools, resources and prompts of servers of the Model Context Protocol (MCP), for agents through the door."""
