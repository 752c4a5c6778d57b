"""What a file is, by its name, and so how it is read: on which channel and for what."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from wardlaw.facts.exchange import Channel


class FileKind(StrEnum):
    """How a file is read."""

    TEXT = "text"  # something a model may be given to read: documents, pages, corpora
    PROMPT = "prompt"  # instructions of an application for its model
    DATASET = "dataset"  # rows of texts: JSON lines, JSON, CSV
    SKILL = "skill"  # instructions that agents load by themselves
    AGENT_CONFIG = "agent-config"  # servers of tools and how they are started
    DOCUMENT = "document"  # PDF and office files: the text of their pages, sheets and slides
    CODE = "code"  # source and settings: looked at for secrets alone, unless asked otherwise


_SKILLS = frozenset(
    ("skill.md", "agents.md", "agent.md", "claude.md", "gemini.md", "copilot-instructions.md", ".cursorrules",
     ".windsurfrules", ".clinerules", ".goosehints", "conventions.md", "llms.txt")
)  # fmt: skip
_SKILL_FOLDERS = frozenset(("skills", ".cursor", ".claude", ".windsurf", ".clinerules", ".agents"))
_SKILL_ENDINGS = frozenset((".md", ".mdc", ".txt"))
_CONFIGS = frozenset(
    ("mcp.json", ".mcp.json", "mcp_config.json", "mcp_settings.json", "cline_mcp_settings.json", "mcp-config.json",
     "claude_desktop_config.json", ".claude.json")
)  # fmt: skip
_PROMPT_FOLDERS = frozenset(("prompts", "prompt", "system_prompts", "system-prompts"))
_PROMPT_ENDINGS = frozenset((".prompt", ".prompty", ".jinja", ".j2", ".jinja2", ".tmpl", ".mustache"))
_PROMPT_TEXTS = frozenset((".md", ".txt", ".yaml", ".yml", ""))
_DOCUMENTS = frozenset((".pdf", ".docx", ".docm", ".pptx", ".pptm", ".xlsx", ".xlsm", ".odt", ".ods", ".odp"))
_ROWS = frozenset((".jsonl", ".ndjson", ".csv", ".tsv", ".json"))
# JSON that tools read and no model: settings and locks.
_TOOL_JSON = frozenset(
    ("package.json", "package-lock.json", "composer.json", "composer.lock", "tsconfig.json", "jsconfig.json",
     "deno.json", "bun.lock", "renovate.json", "launch.json", "tasks.json", "settings.json", "extensions.json")
)  # fmt: skip
_CODE = frozenset(
    (".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".go", ".rs", ".java", ".kt", ".kts", ".scala", ".c",
     ".h", ".cc", ".cpp", ".hpp", ".cs", ".rb", ".php", ".swift", ".m", ".pl", ".pm", ".r", ".jl", ".lua", ".dart", ".ex",
     ".exs", ".erl", ".clj", ".hs", ".ml", ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".sql", ".tf", ".tfvars",
     ".hcl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env", ".properties", ".gradle", ".css", ".scss",
     ".vue", ".svelte", ".proto", ".lock", ".ipynb", ".pem", ".key", ".xml", ".plist", ".diff", ".patch")
)  # fmt: skip
_CODE_NAMES = frozenset(
    ("dockerfile", "containerfile", "makefile", "jenkinsfile", "procfile", ".npmrc", ".netrc", ".pypirc", ".env",
     ".gitconfig", ".gitignore", ".dockerignore", ".bashrc", ".zshrc", "license", "notice")
)  # fmt: skip


def _is_lock(name: str) -> bool:
    return name.endswith(".sum") or (name.startswith("requirements") and name.endswith((".txt", ".in")))


CHANNELS: dict[FileKind, Channel] = {
    FileKind.TEXT: Channel.TOOL_RESULT,
    FileKind.PROMPT: Channel.SYSTEM,
    FileKind.DATASET: Channel.TOOL_RESULT,
    # A skill is trusted as a tool's definition is: read by the agent before anybody asked it anything.
    FileKind.SKILL: Channel.TOOL_DEFINITION,
    FileKind.AGENT_CONFIG: Channel.TOOL_DEFINITION,
    FileKind.DOCUMENT: Channel.TOOL_RESULT,
    FileKind.CODE: Channel.TOOL_RESULT,
}
"""Where the text of a file would stand in a conversation."""


def kind_of(path: PurePath) -> FileKind:
    """What a file is. A name nobody knows is a text: looked at for everything."""
    name, ending = path.name.lower(), path.suffix.lower()
    folders = {part.lower() for part in path.parts[:-1]}
    if name in _CONFIGS or (name == "config.json" and "mcp" in folders):
        return FileKind.AGENT_CONFIG
    if name in _SKILLS or name.endswith(".mdc") or (folders & _SKILL_FOLDERS and ending in _SKILL_ENDINGS):
        return FileKind.SKILL
    if ending in _PROMPT_ENDINGS or (folders & _PROMPT_FOLDERS and ending in _PROMPT_TEXTS):
        return FileKind.PROMPT
    if ending in _DOCUMENTS:
        return FileKind.DOCUMENT
    if ending in _ROWS and name not in _TOOL_JSON:
        return FileKind.DATASET
    if ending in _CODE or name in _CODE_NAMES or name in _TOOL_JSON or name.startswith(".env.") or _is_lock(name):
        return FileKind.CODE
    return FileKind.TEXT
