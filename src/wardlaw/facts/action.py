"""What is asked for at the door."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """The actions judged at the door; the values are the Cedar action ids.

    ``MODEL_CALL`` is a request on its way to a model (its tool results included), ``MODEL_ANSWER``
    the text on its way back, ``TOOL_CALL`` one tool call the model asks the caller to make.
    """

    MODEL_CALL = "ModelCall"
    MODEL_ANSWER = "ModelAnswer"
    TOOL_CALL = "ToolCall"
