"""The collecting side of reading a request: segments in order, attachments, what runs at the vendor."""

from __future__ import annotations

from typing import Any

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.gateway.wire.body import shown, wrong
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.leaves import child, collect, collect_member, is_base64, is_binary_url
from wardlaw.gateway.wire.names import ENUM_NAMES, PLAIN_NAMES, PLAIN_WORDS, misnamed

# Content parts whose payload nobody reads, by their type or by a member they carry, and the kind reported.
_ATTACHMENTS = {
    "image_url": "image",
    "input_image": "image",
    "image": "image",
    "image_file": "image",
    "input_audio": "audio",
    "audio_url": "audio",
    "audio": "audio",
    "file": "file",
    "input_file": "file",
    "document": "file",
    "file_url": "file",
    "video_url": "file",
    "input_video": "file",
    "video": "file",
}
_PAYLOAD_NAMES = frozenset({"data", "file_data", "b64_json"})
_PAYLOAD_LEAST = 64  # shorter than this it is a word, not a file
_STATE_NAMES = frozenset({"file_id", "file_ids", "vector_store_ids", "container_id"})
# A mark up to which the vendor shall keep the prompt, for half an hour or half a day (OpenAI API reference, 2026-11).
KEEPING = "prompt_cache_breakpoint"
_TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal"})
_KNOWN_PARTS = _TEXT_PARTS | _ATTACHMENTS.keys() | {"summary_text", "reasoning_text"}
# Members of an attachment that say where it is, in the forms of OpenAI, Anthropic, Google and model servers.
_PLACES = frozenset({"url", "uri", "file_uri", "image", "video", "image_url", "audio_url", "file_url", "video_url"})


class Reading:
    """What has been read so far.

    Attributes:
        segments: One per text.
        joined: Texts a model reads as one although they stand in several parts.
        attachments: Images, sounds and files.
        uninspected: Kinds nobody could read, as a set in order of appearance.
        hosted: Names of what would run or be kept at the vendor, as a set in order of appearance.
    """

    __slots__ = ("_limit", "attachments", "hosted", "joined", "segments", "uninspected")

    def __init__(self, limit: int) -> None:
        self.segments: list[Segment] = []
        self.joined: list[Segment] = []
        self.attachments = 0
        self.uninspected: dict[str, None] = {}
        self.hosted: dict[str, None] = {}
        self._limit = limit

    def text(self, channel: Channel, pointer: str, text: str, call_id: str = "") -> None:
        """Add one text."""
        index = len(self.segments)
        if index >= self._limit:
            raise TooLargeError(
                "WL-GW-111",
                f"The body holds more than {self._limit} texts.",
                "Send a shorter history or fewer tools.",
            )
        self.segments.append(Segment(index, channel, pointer, text, call_id))

    def member(self, name: str, value: Any, pointer: str, channel: Channel, call_id: str = "") -> None:
        """Add every text of one member of an object, wherever it stands."""
        if name in PLAIN_NAMES:  # the common cases, without a call for each
            if type(value) is str:
                if value and not (name in ENUM_NAMES and value in PLAIN_WORDS):
                    self.text(channel, child(pointer, name), value, call_id)
                return
            if value is None or type(value) is bool:
                return
        collect_member(name, value, pointer, lambda at, text: self.text(channel, at, text, call_id))

    def value(self, value: Any, pointer: str, channel: Channel, call_id: str = "") -> None:
        """Add every text of a value."""
        collect(value, pointer, lambda at, text: self.text(channel, at, text, call_id))

    def join(self, channel: Channel, pointer: str, text: str, call_id: str = "") -> None:
        """Add a text that stands in several parts."""
        self.joined.append(Segment(len(self.joined), channel, pointer, text, call_id))

    def content(self, value: Any, pointer: str, channel: Channel, call_id: str = "") -> None:
        """Add the content of a message: text, a list of parts, or nothing."""
        if type(value) is str:
            if value:
                self.text(channel, pointer, value, call_id)
        elif type(value) is list:
            texts: list[str] = []
            for place, part in enumerate(value):
                self._part(part, f"{pointer}/{place}", channel, call_id, texts)
            if len(texts) > 1:
                self.join(channel, pointer, "".join(texts), call_id)
        elif value is not None:
            raise wrong(pointer, "text, a list of parts or null")

    def _part(self, part: Any, pointer: str, channel: Channel, call_id: str, texts: list[str]) -> None:
        if type(part) is not dict:
            raise wrong(pointer, "an object")
        check_names(part, pointer)
        kind = part.get("type")
        if type(kind) is not str and kind is not None:
            raise wrong(pointer + "/type", "text")
        # A server may go by the type or by the members it finds: either makes it an attachment.
        media = {_ATTACHMENTS[name]: None for name in (kind, *part) if name in _ATTACHMENTS}
        if media:
            self.attachments += 1
            self.uninspected.update(media)
        text = part.get("text")
        if type(text) is not str and (text is not None or kind == "text"):
            raise wrong(pointer + "/text", "text")
        if kind is not None and kind not in _KNOWN_PARTS:
            self.hosted[kind] = None  # what a vendor does with a part nobody here knows, nobody here can say
        self._state(part)
        for name, value in part.items():
            if media and name != "text":
                self.payload(name, value, pointer, channel, call_id)
            else:
                self.member(name, value, pointer, channel, call_id)
                if type(value) is str and (name == "text" or name in _TEXT_PARTS):
                    texts.append(value)

    def payload(self, name: str, value: Any, pointer: str, channel: Channel, call_id: str) -> None:
        """A member of an attachment: bytes are left alone, everything else is text as ever."""
        if type(value) is str and value and name in _PLACES and value[:5].lower() != "data:":
            self.hosted["url"] = None  # the vendor would fetch it: what comes back, nobody here sees
        if type(value) is dict:
            self._state(value)
            below = child(pointer, name)
            self.member(name, None, pointer, channel)
            for inner, item in value.items():
                self.payload(inner, item, below, channel, call_id)
        elif type(value) is str and (is_binary_url(value) or _is_payload(name, value)):
            self.member(name, None, pointer, channel)
        else:
            self.member(name, value, pointer, channel, call_id)

    def _state(self, value: dict[str, Any]) -> None:
        """Note what refers to something the vendor keeps."""
        for name in _STATE_NAMES & value.keys():
            if value[name] is not None:
                self.hosted[name] = None
        if value.get(KEEPING) is not None:
            self.hosted[KEEPING] = None


def _is_payload(name: str, value: str) -> bool:
    return name in _PAYLOAD_NAMES and len(value) >= _PAYLOAD_LEAST and is_base64(value)


def begin_reading(doc: dict[str, Any], max_leaves: int) -> tuple[str, Reading]:
    """The model a body names, and a reading with nothing in it yet.

    Raises:
        InputError: WL-GW-108 a name that differs by case, WL-GW-110 there is no model.
    """
    check_names(doc, "")
    model = doc.get("model")
    if type(model) is not str or not model:
        raise wrong("/model", "the name of a model")
    return model, Reading(max_leaves)


def check_names(value: dict[str, Any], pointer: str) -> None:
    """Refuse a name that another server would take for a different one.

    Raises:
        InputError: WL-GW-108.
    """
    name = misnamed(value)
    if name:
        raise InputError(
            "WL-GW-108",
            f"The name at {shown(child(pointer, name))} differs from another only by case.",
            "Names are lower case; some servers would read both as one.",
        )


def whole(doc: dict[str, Any], name: str, *, least: int = 0) -> int:
    """A whole number, or 0 when it is absent or null.

    Raises:
        InputError: WL-GW-110 when it is something else or smaller than ``least``.
    """
    value = doc.get(name)
    if value is None:
        return 0
    if type(value) is not int or value < least:
        raise wrong("/" + name, f"a whole number of {least} or more")
    return value


def flag(doc: dict[str, Any], name: str, pointer: str = "") -> bool:
    """A truth value, or false when it is absent or null.

    Raises:
        InputError: WL-GW-110 when it is something else.
    """
    value = doc.get(name)
    if value is None:
        return False
    if type(value) is not bool:
        raise wrong(child(pointer, name), "true or false")
    return value
