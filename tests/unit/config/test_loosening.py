from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.config.detection import BuiltIn, Encoder, Tripwires
from wardlaw.config.loosening import Detecting, as_approved, detecting_of, looser
from wardlaw.config.model import Config, DetectorSetting, Gateway, OnFailure

DLP = DetectorSetting(enabled=True, url="https://dlp.example/judge")
FULL = Detecting(BuiltIn(personal_names=True), True, True, 8, {"dlp": DLP})


def replaced(value, **fields):
    return msgspec.structs.replace(value, **fields)


@pytest.mark.parametrize(
    ("wanted", "less"),
    [
        (FULL, ()),
        (replaced(FULL, built_in=BuiltIn(personal_names=True, secrets=False)), ("built_in.secrets",)),
        (replaced(FULL, built_in=BuiltIn()), ("built_in.personal_names",)),
        (replaced(FULL, encoder=False), ("encoder.enabled",)),
        (replaced(FULL, planting=False), ("gateway.tripwires.enabled",)),
        (replaced(FULL, passage_words=0), ("gateway.tripwires.passage_words",)),
        (replaced(FULL, passage_words=9), ("gateway.tripwires.passage_words",)),
        (replaced(FULL, passage_words=7), ()),
        (replaced(FULL, others={}), ("detectors.dlp",)),
        (replaced(FULL, others={"dlp": replaced(DLP, url="https://blind.example")}), ("detectors.dlp",)),
        (replaced(FULL, others={"dlp": replaced(DLP, on_failure=OnFailure.ALLOW_AND_RECORD)}), ("detectors.dlp",)),
        (replaced(FULL, others={"dlp": replaced(DLP, timeout_s=9.0), "more": DLP}), ()),
    ],
)
def test_less_is_told_by_name(wanted: Detecting, less: tuple[str, ...]) -> None:
    assert looser(FULL, wanted) == less


_SETTINGS = st.builds(
    Detecting,
    st.builds(BuiltIn, **{name: st.booleans() for name in BuiltIn.__struct_fields__}),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 6, 12]),
    st.dictionaries(
        st.sampled_from(["dlp", "other"]),
        st.builds(
            DetectorSetting,
            enabled=st.just(True),
            url=st.sampled_from(["", "https://a.example"]),
            on_failure=st.sampled_from(OnFailure),
        ),
    ),
)


@given(_SETTINGS, _SETTINGS)
def test_what_runs_is_never_looser_than_approved_nor_than_wished(approved: Detecting, wanted: Detecting) -> None:
    config = Config(
        built_in=wanted.built_in,
        encoder=Encoder(enabled=wanted.encoder),
        gateway=Gateway(tripwires=Tripwires(enabled=wanted.planting, passage_words=wanted.passage_words)),
        detectors=wanted.others,
    )
    assert detecting_of(config) == wanted
    runs = detecting_of(as_approved(config, approved))
    assert looser(approved, runs) == ()
    assert [one for one in looser(wanted, runs) if not one.startswith("detectors.")] == []
    if not looser(approved, wanted):
        assert runs == wanted
