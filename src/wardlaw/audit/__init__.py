"""The log and its proofs: Merkle tree, tiles, notes, checkpoints, receipts and the verifier. Pure."""
