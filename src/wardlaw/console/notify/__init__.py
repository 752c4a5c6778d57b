"""Tells people about incidents, over webhooks, mail and syslog."""
