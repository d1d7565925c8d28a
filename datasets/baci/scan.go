package baci

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// scanner goes through lines of a yearly file in the column order t,i,j,k,v,q, eight bytes at a time. It checks the shape of every row and
// marks those that are to be looked at: rows of the codes that are wanted, and rows that are wrong.
//
// What it accepts by itself is the shape that CEPII writes: blanks only in front of a number, at most seven digits on either side of the
// point, codes of countries of at most three digits. Any other line goes through read, which alone decides what is right: nothing is
// refused here.
//
// Note: read alone would do, at ten times the time: 300 ns a row against 30.
type scanner struct {
	codes codes
	year  int    // that all rows must have; 0: any
	t     uint64 // the field t of the last row with its comma, which the next row most likely has too
}

// mark is a row to be looked at.
type mark struct {
	at    int32 // where its line starts in the text
	line  int32 // counted from 0 at the start of the text
	plain int32 // rows between the mark before and this one that are right and of other codes
}

// findings is what a scan of a text has found.
type findings struct {
	marks []mark
	lines int32 // in the text
	plain int32 // rows behind the last mark that are right and of other codes
}

// mostMarked is how many wrong rows of one text are marked. Behind them the rest is left alone: the reading ends there anyway.
const mostMarked = 1 << 10

// slack is how many bytes behind the text are read, whatever they hold.
const slack = 16

const (
	zeros  = 0x3030303030303030 // eight times '0'
	spaces = 0x2020202020202020 // eight times ' '
	high   = 0x8080808080808080
	fiveOf = 1<<40 - 1
	sixOf  = 1<<48 - 1
)

// What parts cells, as it looks once each byte is xored with '0'.
const (
	comma = ',' ^ '0'
	point = '.' ^ '0'
	lf    = '\n' ^ '0'
	cr    = '\r' ^ '0'
)

// eight is eight bytes from p on, the first one lowest.
func eight(b []byte, p int) uint64 { return binary.LittleEndian.Uint64(b[p:]) }

// others has the high bit of each byte of x that is no digit, where x is eight bytes xored with zeros. No carry leaves a byte.
func others(x uint64) uint64 { return ((x&^high + 0x7676767676767676) | x) & high }

// number8 is the digits that x starts with, where x is eight bytes xored with zeros: 0 if all of them are noughts; what stands behind them;
// and the length of both. Without a digit, and with eight, nothing stands behind them.
func number8(x uint64) (digits uint64, sep byte, n int) {
	i := bits.TrailingZeros64(others(x))
	if i < 15 || i == 64 {
		return 0, 0, 0
	}
	return x & (1<<(i-7) - 1), byte(x >> (i - 7)), i>>3 + 1
}

// unpadded is where the blanks from p on end.
func unpadded(b []byte, p int) int {
	for b[p] == ' ' {
		p += bits.TrailingZeros64(eight(b, p)^spaces|1<<63) >> 3
	}
	return p
}

// scan looks at text[:end], which is made of whole lines, each with its LF. At least slack bytes stand behind it in text.
func (s *scanner) scan(text []byte, end int, f *findings) {
	f.marks, f.lines, f.plain = f.marks[:0], 0, 0
	wrong := 0
	for p := 0; p < end; f.lines++ {
		next, code := s.row(text, p)
		if next > 0 {
			if s.codes.have(code) {
				f.mark(p)
			} else {
				f.plain++
			}
			p = next
			continue
		}
		line := text[p : p+bytes.IndexByte(text[p:end], '\n')]
		r, fault := read(line, s.year)
		switch {
		case fault != nil:
			f.mark(p)
			if wrong++; wrong == mostMarked {
				return
			}
		case r.blank:
		default:
			if s.codes.have(word(r.code)) {
				f.mark(p)
			} else {
				f.plain++
			}
			s.learn(line)
		}
		p += len(line) + 1
	}
}

func (f *findings) mark(at int) {
	f.marks = append(f.marks, mark{int32(at), f.lines, f.plain})
	f.plain = 0
}

// learn takes the field t from a row that is right: the next one most likely has it too.
func (s *scanner) learn(line []byte) {
	if t := bytes.IndexByte(line, ','); t == 4 {
		s.t = uint64(binary.LittleEndian.Uint32(line)) | ','<<32
	}
}

// row reads the row that starts at p. It returns where the next one starts and the six bytes of the code, or 0 where the row does not have
// the shape that CEPII writes.
func (s *scanner) row(b []byte, p int) (next int, code uint64) {
	if eight(b, p)&fiveOf != s.t {
		return 0, 0
	}
	p += 5

	// Both codes of countries and their commas lie within eight bytes: "842,156,".
	x := eight(b, p) ^ zeros
	m := others(x)
	i := bits.TrailingZeros64(m)
	m &= m - 1
	j := bits.TrailingZeros64(m)
	if i < 15 || j-i < 16 || j == 64 || byte(x>>(i-7)) != comma || byte(x>>(j-7)) != comma {
		return 0, 0
	}
	p += j>>3 + 1

	k := eight(b, p)
	if x := k ^ zeros; others(x)&sixOf != 0 || byte(x>>48) != comma {
		return 0, 0
	}
	p += 7

	// The value: more than nothing.
	p = unpadded(b, p)
	whole, sep, n := number8(eight(b, p) ^ zeros)
	p += n
	fraction := uint64(0)
	if sep == point {
		fraction, sep, n = number8(eight(b, p) ^ zeros)
		p += n
	}
	if sep != comma || whole|fraction == 0 {
		return 0, 0
	}

	// The quantity: a number, or none.
	p = unpadded(b, p)
	x = eight(b, p) ^ zeros
	if x&0xffff == ('N'^'0')|('A'^'0')<<8 {
		sep, n = byte(x>>16), 3
	} else if _, sep, n = number8(x); sep == point {
		p += n
		_, sep, n = number8(eight(b, p) ^ zeros)
	}
	p += n
	if sep == cr {
		sep = b[p] ^ '0'
		p++
	}
	if sep != lf {
		return 0, 0
	}
	return p, k & sixOf
}
