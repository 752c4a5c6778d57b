from __future__ import annotations

import json

import pytest
from bench import nhi

from wardlaw.testing.saas.incidents import REPLAYS
from wardlaw.testing.saas.recorded import ordinary
from wardlaw.testing.saas.world import World, save_world


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    world: World = REPLAYS["gainsight-2025"]().world
    world.activities = [one for one in world.activities if one.id != "x2"]  # the advisory comes from its own file
    place = tmp_path_factory.mktemp("acme")
    save_world(world, place)
    return place


def run(capsys, *words: str) -> tuple[int, list[dict], str]:
    code = nhi.main(list(words))
    said = capsys.readouterr()
    return code, [json.loads(line) for line in said.out.splitlines()], said.err


def test_findings_come_with_the_event_they_began_with(folder, tmp_path, capsys) -> None:
    advisories = tmp_path / "advisories.jsonl"
    advisories.write_text('{"id": "adv-1", "at": 1900000000, "vendor": "Gainsight"}\n')
    code, found, err = run(
        capsys, "--directory", str(folder), "--events", str(folder / "events.jsonl"), "--advisories", str(advisories)
    )
    assert code == 0
    own = {(one["rule"], one["event"]) for one in found if one["app"] == "gainsight" and one["event"]}
    assert own == {("address-outside-list", "x1"), ("new-network", "x1"), ("vendor-advisory", "adv-1")}
    assert all(one["evidence"] and one["remedy"] and one["owasp"] and one["attack"] for one in found)
    assert "owner-gone" in {one["rule"] for one in found if not one["event"]}  # the rules over what is there at the end
    assert "a second" in err


def test_bad_input_names_file_and_line(folder, tmp_path, capsys) -> None:
    good = '{"id": "1", "at": 5.0, "deed": "use"}\n'
    for name, text, said in (
        ("events.jsonl", good + '{"id": "2", "at": "soon", "deed": "use"}\n', "events.jsonl, line 2"),
        ("events.jsonl", good + good + "{", "events.jsonl, line 3"),
        ("events.jsonl", '{"id": "1", "at": 5.0, "deed": "conquer"}', "events.jsonl, line 1"),
        ("events.jsonl", "\ufeff\x00", "events.jsonl, line 1"),
        ("advisories.jsonl", '{"id": "1", "at": 5, "vendro": "x"}', "advisories.jsonl, line 1"),
    ):
        (tmp_path / "events.jsonl").write_text(good)
        (tmp_path / "advisories.jsonl").write_text("")
        (tmp_path / name).write_text(text)
        code, found, err = run(
            capsys, "--directory", str(folder), "--events", str(tmp_path / "events.jsonl"),
            "--advisories", str(tmp_path / "advisories.jsonl"),
        )  # fmt: skip
        assert (code, found) == (2, []), name
        assert said in err
        assert "Traceback" not in err


def test_a_bad_folder_is_said(folder, tmp_path, capsys) -> None:
    code, _, err = run(capsys, "--directory", str(tmp_path / "none"), "--events", str(folder / "events.jsonl"))
    assert code == 2
    assert "directory.json" in err
    for text in (
        "{",
        '{"name": "a"}',
        '{"name": "a", "platform": "google", "now": 1, "extras": {"app x": {"decided": {"approved": 5}}}}',
    ):
        (tmp_path / "directory.json").write_text(text)
        code, _, err = run(capsys, "--directory", str(tmp_path), "--events", str(folder / "events.jsonl"))
        assert code == 2
        assert "directory.json" in err
    assert run(capsys, "--write", "nothing", str(tmp_path / "x"))[0] == 2
    assert run(capsys, "--ordinary", "x")[0] == 2
    with pytest.raises(SystemExit):
        nhi.main([])


def test_what_ships_can_be_written_and_read_again(tmp_path, capsys) -> None:
    assert run(capsys, "--write", "unc6040-2025", str(tmp_path))[0] == 0
    code, found, _ = run(capsys, "--directory", str(tmp_path), "--events", str(tmp_path / "events.jsonl"))
    assert code == 0
    assert {one["event"] for one in found if one["app"] == "3MVG9-rogue" and one["event"]} == {"x1", "x2"}


def test_ordinary_days_of_a_small_company_are_quiet(monkeypatch, capsys) -> None:
    monkeypatch.setattr(nhi, "ordinary", lambda seed: ordinary(seed, people=250, apps=80))
    code = nhi.main(["--ordinary", "21,22"])
    said = capsys.readouterr().out.splitlines()
    assert code == 0
    assert len(said) == 3
    assert (
        float(said[-1].split(": ")[1].split()[0]) <= 2.0
    )  # a small company has few app-days; docs tell the large ones
