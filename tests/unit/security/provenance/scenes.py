"""Tools and sessions for tests of the judgement."""

from __future__ import annotations

from typing import Any

from wardlaw.facts.toolclass import ToolClass
from wardlaw.governance.toolclass import infer
from wardlaw.security.provenance.session import Session
from wardlaw.security.provenance.tracing import call_origin


def tool(name: str, description: str = "", /, **arguments: str) -> ToolClass:
    """A tool whose arguments are given as name and JSON type."""
    properties = {key: {"type": kind} for key, kind in arguments.items()}
    return infer({"name": name, "description": description, "params": {"properties": properties}})


SEND = tool("send_mail", "Sends a mail.", to="array", subject="string", body="string")
PAY = tool("pay_invoice", "Pays an invoice.", iban="string", amount="number", date="string")
DELETE = tool("delete_file", "", file_id="string")
SHARE = tool("share_file", "", file_id="string", email="string")
PASSWORD = tool("change_password", "", password="string")
NOTE = tool("add_note", "Adds a note.", title="string", text="string", day="string")
BOOK = tool("book_hotel", "", hotel="string", start_day="string")
FETCH = tool("fetch_page", "Fetches a page.", url="string")
MAILS = tool("find_mails", "Finds mails.", query="string")
PEOPLE = tool("find_people", "", name="string")
FILES = tool("list_files", "Lists files.")
READ = tool("read_file", "Returns the contents of a file.", file_path="string")
PROFILE = tool("get_profile", "")


def session(words: str, *seen: tuple[ToolClass, dict[str, Any], str]) -> Session:
    """A session in which a person said this and these calls were answered."""
    found = Session()
    found.add_user(words)
    for one, arguments, output in seen:
        found.add_output(one, output, asked=call_origin(found, one, arguments))
    return found
