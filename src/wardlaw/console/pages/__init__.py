"""The console: pages for people, on top of the management API and never around it."""
