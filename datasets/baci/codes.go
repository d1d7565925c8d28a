package baci

import (
	"encoding/binary"
	"math/bits"
)

// codes is a set of HS codes, asked for by their six bytes. It has eight slots a code at least, so that nearly all questions hit an empty one.
type codes struct {
	slots []uint64 // a power of two
	shift int      // of a hash, to be a slot
}

// newCodes returns the set of codes of six digits.
func newCodes(all []string) codes {
	width := max(bits.Len(uint(8*len(all))), 9)
	c := codes{make([]uint64, 1<<width), 64 - width}
	for _, code := range all {
		w := word([]byte(code))
		i := c.slot(w)
		for c.slots[i] != 0 && c.slots[i] != w {
			i = (i + 1) % len(c.slots)
		}
		c.slots[i] = w
	}
	return c
}

// slot spreads codes over the slots: a multiplication by 2^64 over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
func (c *codes) slot(w uint64) int { return int(w * 0x9e3779b97f4a7c15 >> c.shift) }

func (c *codes) have(w uint64) bool {
	for i := c.slot(w); c.slots[i] != 0; i = (i + 1) & (len(c.slots) - 1) {
		if c.slots[i] == w {
			return true
		}
	}
	return false
}

// word is the six bytes of a code, the first one lowest.
func word(code []byte) uint64 {
	return uint64(binary.LittleEndian.Uint32(code)) | uint64(binary.LittleEndian.Uint16(code[4:]))<<32
}
