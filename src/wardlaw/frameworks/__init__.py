"""Agents of other frameworks that ask the gateway before they run a tool: one file for each framework.

Each needs its framework installed (``pip install 'wardlaw[langgraph]'``); nothing here imports one unasked.
"""
