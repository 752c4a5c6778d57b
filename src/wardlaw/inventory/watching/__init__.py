"""Watching what is done: from a stream of activity to alarms, one event at a time and with little memory."""
