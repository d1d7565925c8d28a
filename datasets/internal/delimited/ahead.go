package delimited

import "io"

// Ahead reads from r in a goroutine of its own, a few chunks ahead of its reader, so that a file is unpacked while its rows are read.
// Close ends the goroutine; r is not used any more when it returns.
func Ahead(r io.Reader) io.ReadCloser {
	const chunk, chunks = 128 << 10, 4
	a := &ahead{filled: make(chan filled, chunks), free: make(chan []byte, chunks), stop: make(chan struct{}), ended: make(chan struct{})}
	for range chunks {
		a.free <- make([]byte, chunk)
	}
	go a.fill(r)
	return a
}

type ahead struct {
	filled chan filled
	free   chan []byte
	stop   chan struct{}
	ended  chan struct{}
	now    filled // what is read of at present
	used   int    // how much of it is read
	closed bool
}

// filled is a chunk, and the error behind it.
type filled struct {
	text []byte
	err  error
}

func (a *ahead) fill(r io.Reader) {
	defer close(a.ended)
	for {
		var b []byte
		select {
		case <-a.stop:
			return
		case b = <-a.free:
		}
		n, err := 0, error(nil)
		for n < len(b) && err == nil {
			var m int
			m, err = r.Read(b[n:])
			n += m
		}
		select {
		case <-a.stop:
			return
		case a.filled <- filled{b[:n], err}:
		}
		if err != nil {
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	for a.used == len(a.now.text) {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if text := a.now.text; cap(text) > 0 {
			a.free <- text[:cap(text)]
		}
		a.now, a.used = <-a.filled, 0
	}
	n := copy(p, a.now.text[a.used:])
	a.used += n
	return n, nil
}

func (a *ahead) Close() error {
	if !a.closed {
		a.closed = true
		close(a.stop)
		<-a.ended
		a.now, a.used = filled{err: io.ErrClosedPipe}, 0
	}
	return nil
}
