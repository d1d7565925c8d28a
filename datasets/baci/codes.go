package baci

import (
	"encoding/binary"
	"iter"
)

// codes is a set of HS codes, asked for by their six bytes. Nearly all questions hit an empty slot.
type codes struct{ slots [1 << slotBits]uint64 }

const slotBits = 9

// newCodes returns the set of codes of six digits. There must be far fewer of them than slots.
func newCodes(all iter.Seq[string]) codes {
	var c codes
	for code := range all {
		w := word([]byte(code))
		i := slot(w)
		for c.slots[i] != 0 && c.slots[i] != w {
			i = (i + 1) % (1 << slotBits)
		}
		c.slots[i] = w
	}
	return c
}

// slot spreads codes over the slots: a multiplication by 2^64 over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
func slot(w uint64) uint64 { return w * 0x9e3779b97f4a7c15 >> (64 - slotBits) }

func (c *codes) have(w uint64) bool {
	i := slot(w)
	for c.slots[i] != 0 {
		if c.slots[i] == w {
			return true
		}
		i = (i + 1) % (1 << slotBits)
	}
	return false
}

// word is the six bytes of a code, the first one lowest.
func word(code []byte) uint64 {
	return uint64(binary.LittleEndian.Uint32(code)) | uint64(binary.LittleEndian.Uint16(code[4:]))<<32
}
