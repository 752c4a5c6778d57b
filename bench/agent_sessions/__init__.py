"""Recorded agent sessions, replayed against the judgement of tool calls."""
