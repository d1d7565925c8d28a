package estimate

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// newStream is the random stream of a variable: ChaCha8 keyed by SHA-256 of the seed and the name. Streams do not depend on each
// other, so adding an input shifts no other one.
func newStream(seed uint64, name Var) *rand.ChaCha8 {
	key := make([]byte, 8, 8+len(name))
	binary.LittleEndian.PutUint64(key, seed)
	return rand.NewChaCha8(sha256.Sum256(append(key, name...)))
}

// shuffle fills order with 0..n-1 in the random order of a stream, by the inside-out algorithm (Knuth, The Art of Computer
// Programming 2, 3.4.2). Each slice of a distribution appears exactly once in the draws: they are stratified. An index is 32 random
// bits scaled to its range; with at most 2^24 draws none is preferred by more than one part in 256, at the default by one in half a
// million.
func shuffle(s *rand.ChaCha8, order []uint32) {
	n := len(order)
	for i := 0; i+1 < n; i += 2 {
		bits := s.Uint64()
		j, k := (bits&0xffffffff)*uint64(i+1)>>32, (bits>>32)*uint64(i+2)>>32
		order[i] = order[j]
		order[j] = uint32(i)
		order[i+1] = order[k]
		order[k] = uint32(i + 1)
	}
	if n%2 == 1 {
		j := (s.Uint64() & 0xffffffff) * uint64(n) >> 32
		order[n-1] = order[j]
		order[j] = uint32(n - 1)
	}
}
