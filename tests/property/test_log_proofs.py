"""Properties of the log: every proof verifies, every flipped bit is found, parsers accept one form only."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pymerkle import InmemoryTree

from wardlaw.audit.checkpoint import parse_checkpoint
from wardlaw.audit.cosignature import cosign
from wardlaw.audit.envelope import decode, encode
from wardlaw.audit.merkle import (
    Accumulator,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    perfect_root,
    root_at,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from wardlaw.audit.note import parse_note
from wardlaw.audit.proof import format_proof, make_proof, parse_proof, verify_proof
from wardlaw.audit.receipt import verify_receipt
from wardlaw.audit.tiles import decode_bundle, encode_bundle
from wardlaw.audit.verify import Expectations, Seen, verify_log
from wardlaw.facts.errors import EvidenceError
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries, make_entry, witness_key

KEY = log_key().verifier
ENTRIES = make_entries(600)
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def read(level: int, index: int) -> bytes:
    return perfect_root(LEAVES[index << level : (index + 1) << level])


sizes = st.integers(1, len(ENTRIES))


@given(sizes, st.data())
def test_every_inclusion_proof_verifies_and_every_flip_of_it_fails(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, read)
    root = root_at(size, read)
    assert verify_inclusion(LEAVES[index], index=index, size=size, proof=proof, root=root)
    wrong = data.draw(st.integers(0, len(ENTRIES)))
    if wrong != index:
        assert not verify_inclusion(LEAVES[index], index=wrong, size=size, proof=proof, root=root)
    if proof:
        at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")
        changed = [*proof[:at], flipped, *proof[at + 1 :]]
        assert not verify_inclusion(LEAVES[index], index=index, size=size, proof=changed, root=root)


@given(sizes, st.data())
def test_every_consistency_proof_verifies_and_every_flip_of_it_fails(new, data):
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, read)
    old_root, new_root = root_at(old, read), root_at(new, read)
    assert verify_consistency(old, new, old_root=old_root, new_root=new_root, proof=proof)
    if proof:
        at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")
        changed = [*proof[:at], flipped, *proof[at + 1 :]]
        assert not verify_consistency(old, new, old_root=old_root, new_root=new_root, proof=changed)


@given(st.lists(st.binary(max_size=20), max_size=70))
def test_pymerkle_agrees_on_any_tree(entries):
    tree, oracle = Accumulator(), InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append(leaf_hash(entry))
        oracle.append_entry(entry)
        assert tree.root() == oracle.get_root()


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=256))
def test_bundles_round_trip(entries):
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


@settings(max_examples=150)
@given(st.data())
def test_any_flipped_bit_of_the_log_is_found(data):
    log = MemoryLog(ENTRIES)
    files = [("note", None), *(("bundles", k) for k in log.bundles), *(("tiles", k) for k in log.tiles)]
    where, name = data.draw(st.sampled_from(files))
    content = bytearray(log.note if where == "note" else getattr(log, where)[name])
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    if where == "note":
        log.note = bytes(content)
    else:
        getattr(log, where)[name] = bytes(content)
    assert not verify_log(log, Expectations(KEY)).is_sound


@settings(max_examples=60)
@given(st.data())
def test_any_cut_file_and_any_removed_record_is_found(data):
    log = MemoryLog(ENTRIES)
    if data.draw(st.booleans()):
        index = data.draw(st.sampled_from(sorted(log.bundles)))
        kept = decode_bundle(log.bundles[index], min(256, 600 - 256 * index))
        del kept[data.draw(st.integers(0, len(kept) - 1))]
        log.bundles[index] = encode_bundle(kept)
    else:
        files = log.bundles if data.draw(st.booleans()) else log.tiles
        name = data.draw(st.sampled_from(sorted(files)))
        files[name] = files[name][: data.draw(st.integers(0, len(files[name]) - 1))]
    assert not verify_log(log, Expectations(KEY)).is_sound


@settings(max_examples=40)
@given(sizes, st.data())
def test_a_cut_tail_or_a_fork_is_found_by_what_a_witness_saw(size, data):
    seen = (Seen("witness", MemoryLog(ENTRIES[:size]).signed.note.encode()),)
    cut = data.draw(st.integers(0, size - 1))
    assert not verify_log(MemoryLog(ENTRIES[:cut]), Expectations(KEY, seen=seen)).is_sound
    forged = list(ENTRIES)
    forged[cut] = make_entry(cut, note="forged")
    assert not verify_log(MemoryLog(forged), Expectations(KEY, seen=seen)).is_sound
    assert verify_log(MemoryLog(ENTRIES), Expectations(KEY, seen=seen)).is_sound


LOG = MemoryLog(ENTRIES[:300])
NOTE = LOG.signed.note.with_signature(cosign(LOG.signed.note, witness_key(), at=9))
PROOF = format_proof(make_proof(123, size=300, note=NOTE, read=LOG.reader())).encode()


@settings(max_examples=300)
@given(st.integers(0, len(PROOF) * 8 - 1))
def test_any_flipped_bit_of_a_proof_file_is_found(bit):
    data = bytearray(PROOF)
    data[bit // 8] ^= 1 << bit % 8
    try:
        proof = parse_proof(bytes(data))
        facts = verify_proof(proof, ENTRIES[123], log_key=KEY, witness_keys=(witness_key().verifier,), quorum=1)
    except EvidenceError:
        return
    raise AssertionError(f"accepted with bit {bit} flipped: {facts}")


PARSERS = {
    "note": (parse_note, lambda note: note.encode(), NOTE.encode()),
    "proof": (parse_proof, lambda proof: format_proof(proof).encode(), PROOF),
    "checkpoint": (lambda d: parse_checkpoint(d.decode()), lambda c: c.text.encode(), NOTE.text.encode()),
    "envelope": (decode, encode, ENTRIES[0]),
}


@st.composite
def mutated(draw, original):
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 8))
        data[at : at + length] = draw(st.binary(max_size=8) | st.sampled_from([b"\n", b"\n\n", b" ", b"=", b"0", b"+"]))
    return bytes(data)


@settings(max_examples=400)
@given(st.sampled_from(sorted(PARSERS)), st.data())
def test_parsers_accept_the_canonical_form_only(name, data):
    parse, write, original = PARSERS[name]
    text = data.draw(mutated(original) | st.binary(max_size=200))
    if name == "checkpoint":
        text = text.decode("utf-8", "ignore").encode()
    try:
        value = parse(text)
    except EvidenceError:
        return
    assert write(value) == text


@given(st.text(max_size=700) | st.binary(max_size=500).map(lambda b: b.hex()))
def test_receipts_never_crash_on_junk(text):
    try:
        verify_receipt(text, bytes(32), bytes(32))
    except EvidenceError:
        return
    raise AssertionError("junk verified")


class LogAgainstList(RuleBasedStateMachine):
    """The log beside a plain list: whatever happens, roots and proofs are those of the list."""

    def __init__(self):
        super().__init__()
        self.model: list[bytes] = []
        self.tree = Accumulator()
        self.heads: list[tuple[int, bytes]] = [(0, tree_root([]))]

    @rule(count=st.integers(1, 300))
    def append(self, count):
        for _ in range(count):
            entry = make_entry(len(self.model))
            self.model.append(entry)
            self.tree.append(leaf_hash(entry))
        self.heads.append((len(self.model), self.tree.root()))

    @rule()
    def restart(self):
        self.tree = Accumulator.restore(self.tree.size, self.tree.right_edge)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def prove(self, data):
        log = MemoryLog(self.model)
        index = data.draw(st.integers(0, log.size - 1))
        proof = make_proof(index, size=log.size, note=log.signed.note, read=log.reader())
        assert verify_proof(parse_proof(format_proof(proof).encode()), self.model[index], log_key=KEY).index == index
        old, old_root = data.draw(st.sampled_from(self.heads))
        path = consistency_proof(old, log.size, log.reader())
        assert verify_consistency(old, log.size, old_root=old_root, new_root=self.tree.root(), proof=path)

    @rule()
    def verify(self):
        assert verify_log(MemoryLog(self.model), Expectations(KEY)).is_sound

    @invariant()
    def same_root(self):
        assert self.tree.size == len(self.model)
        assert self.heads[-1][1] == self.tree.root()


LogAgainstList.TestCase.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
TestLogAgainstList = LogAgainstList.TestCase
