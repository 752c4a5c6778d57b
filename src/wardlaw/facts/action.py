"""What is judged: what is asked for at the door, and what was granted on other platforms."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """The actions that clauses judge; the values are the Cedar action ids.

    ``MODEL_CALL`` is a request on its way to a model (its tool results included), ``MODEL_ANSWER``
    the text on its way back, ``TOOL_CALL`` one tool call the model asks the caller to make. ``GRANT`` is no request:
    it is a grant of the inventory, which stands already and is judged when it is new or has changed.
    """

    MODEL_CALL = "ModelCall"
    MODEL_ANSWER = "ModelAnswer"
    TOOL_CALL = "ToolCall"
    GRANT = "Grant"
