"""What the management API does behind its promises: recording, explaining, the log, the policies."""
