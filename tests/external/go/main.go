// Command verify checks a Wardlaw log directory with Go's own transparency-log packages; none of Wardlaw's code runs.
//
//	verify -log DIR -key VKEY [-old-size N -old-root BASE64] [-proof FILE -record FILE]
//
// It checks the checkpoint's signature, every record against the signed root through the tiles, one inclusion and one
// consistency proof it makes itself, and a tlog-proof file if one is given.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

// tiles reads tiles in the C2SP layout: that of x/mod without the leading height.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(t.path(tile))
		if os.IsNotExist(err) && tile.W < width {
			full := tile
			full.W = width
			data, err = os.ReadFile(t.path(full))
		}
		if err != nil {
			return nil, err
		}
		size := tile.W * tlog.HashSize
		if len(data) != size && len(data) != width*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", t.path(tile), len(data))
		}
		out = append(out, data[:size])
	}
	return out, nil
}

func (t tiles) path(tile tlog.Tile) string {
	return filepath.Join(t.dir, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
}

func bundle(dir string, index, count int64) ([][]byte, error) {
	// The path of a bundle is the path of the level 0 tile with "entries" in the place of the level.
	name := func(w int64) string {
		path := tlog.Tile{H: 8, L: 0, N: index, W: int(w)}.Path()
		return filepath.Join(dir, strings.Replace(path, "tile/8/0/", "tile/entries/", 1))
	}
	data, err := os.ReadFile(name(count))
	if os.IsNotExist(err) {
		data, err = os.ReadFile(name(width))
	}
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) >= 2 {
		n := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+n {
			break
		}
		entries = append(entries, data[2:2+n])
		data = data[2+n:]
	}
	if len(data) != 0 || int64(len(entries)) < count {
		return nil, fmt.Errorf("bundle %d is damaged", index)
	}
	return entries[:count], nil
}

func open(data []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func records(dir string, tree tlog.Tree, reader tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += width {
		count := tree.N - first
		if count > width {
			count = width
		}
		entries, err := bundle(dir, first/width, count)
		if err != nil {
			return err
		}
		var indexes []int64
		for i := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+int64(i)))
		}
		hashes, err := reader.ReadHashes(indexes) // authenticated against the signed root
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != hashes[i] {
				return fmt.Errorf("record %d is not the one that was logged", first+int64(i))
			}
		}
	}
	return nil
}

func inclusion(dir string, tree tlog.Tree, reader tlog.HashReader) error {
	index := tree.N / 2
	proof, err := tlog.ProveRecord(tree.N, index, reader)
	if err != nil {
		return err
	}
	first := index / width * width
	count := tree.N - first
	if count > width {
		count = width
	}
	entries, err := bundle(dir, index/width, count)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entries[index-first]))
}

func proofFile(name, recordName, vkey string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	record, err := os.ReadFile(recordName)
	if err != nil {
		return err
	}
	parts := strings.SplitN(string(data), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("%s is no tlog-proof", name)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := open([]byte(parts[1]), vkey)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(record))
}

func main() {
	log.SetFlags(0)
	dir := flag.String("log", "", "log directory")
	vkey := flag.String("key", "", "public key line of the log")
	oldSize := flag.Int64("old-size", 0, "records of an older checkpoint")
	oldRoot := flag.String("old-root", "", "its root, base64")
	proof := flag.String("proof", "", "a tlog-proof file")
	record := flag.String("record", "", "the record it is for")
	flag.Parse()
	check := func(what string, err error) {
		if err != nil {
			log.Fatalf("%s: %v", what, err)
		}
		fmt.Println("ok", what)
	}
	data, err := os.ReadFile(filepath.Join(*dir, "checkpoint"))
	check("checkpoint is there", err)
	tree, err := open(data, *vkey)
	check("checkpoint is signed", err)
	reader := tlog.TileHashReader(tree, tiles{*dir})
	check(fmt.Sprintf("records %d", tree.N), records(*dir, tree, reader))
	if tree.N > 0 {
		check("inclusion", inclusion(*dir, tree, reader))
	}
	if *oldSize > 0 {
		raw, err := base64.StdEncoding.DecodeString(*oldRoot)
		check("old root is base64", err)
		var old tlog.Hash
		copy(old[:], raw)
		path, err := tlog.ProveTree(tree.N, *oldSize, reader)
		check("consistency proof is made", err)
		check("consistency", tlog.CheckTree(path, tree.N, tree.Hash, *oldSize, old))
	}
	if *proof != "" {
		check("proof file", proofFile(*proof, *record, *vkey))
	}
}
