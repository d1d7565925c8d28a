package baci

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/mineralflows/mineralflows/datasets"
)

// chunkSize is how much is read at a time. It fits the second-level cache of a core together with what the scan needs.
const chunkSize = 256 << 10

// mostWorkers is how many scan at most: more of them wait for the one that reads, and hold chunks.
const mostWorkers = 8

// chunk is a stretch of whole lines, and what a scan has found in it.
type chunk struct {
	text []byte
	end  int   // of the lines in text
	err  error // why nothing follows, nil where something does
	findings
	scanned chan struct{} // holds one when the findings stand
}

// chunks reads in, size bytes at a time, and calls use with its chunks, scanned, in the order of the file and one at a time, until use returns
// false. The last chunk has an error, io.EOF at the end of the file. One goroutine reads, as many as there are processors scan, and all have
// ended when chunks returns. Memory is bounded: a chunk is read when one is free.
func chunks(in io.Reader, size int, s scanner, use func(*chunk) bool) {
	workers := min(runtime.GOMAXPROCS(0), mostWorkers)
	free := make(chan *chunk, 2*workers+2)
	for range cap(free) {
		free <- &chunk{scanned: make(chan struct{}, 1)}
	}
	work, inOrder := make(chan *chunk, cap(free)), make(chan *chunk, cap(free)) // with room for all: a send never waits
	stop := make(chan struct{})
	var all sync.WaitGroup
	defer all.Wait()
	defer close(stop)
	all.Add(1 + workers)
	go func() {
		defer all.Done()
		defer close(work)
		defer close(inOrder)
		cut := cutter{in: in, size: size}
		for {
			select {
			case <-stop:
				return
			case c := <-free:
				cut.fill(c)
				ends := c.err != nil // c is not this goroutine's once it is sent
				work <- c
				inOrder <- c
				if ends {
					return
				}
			}
		}
	}()
	for range workers {
		go func(s scanner) {
			defer all.Done()
			for c := range work {
				s.scan(c.text, c.end, &c.findings)
				c.scanned <- struct{}{}
			}
		}(s)
	}
	for c := range inOrder {
		<-c.scanned
		if !use(c) {
			return
		}
		free <- c
	}
}

// cutter cuts a stream into chunks behind line ends.
type cutter struct {
	in   io.Reader
	size int
	rest []byte // what was read behind the last line end
}

// fill reads the next chunk.
func (r *cutter) fill(c *chunk) {
	if c.text == nil {
		c.text = make([]byte, 2*r.size+slack)
	}
	n := copy(c.text, r.rest)
	read, err := readFull(r.in, c.text[n:n+r.size])
	n += read
	c.err = err
	if err == io.EOF && n > 0 && c.text[n-1] != '\n' {
		c.text[n] = '\n'
		n++
	}
	c.end = bytes.LastIndexByte(c.text[:n], '\n') + 1
	if r.rest = append(r.rest[:0], c.text[c.end:n]...); len(r.rest) > r.size && err == nil {
		c.err = fmt.Errorf("%w: a line of more than %d bytes: has the file lost its line ends?", datasets.ErrShape, r.size)
	}
}

// readFull reads until p is full or an error comes. Other than that of io, it leaves the error as it is: a stream that is cut short must not
// be taken for one that ends.
func readFull(in io.Reader, p []byte) (n int, err error) {
	const patience = 100 // as bufio has it
	for idle := 0; n < len(p) && err == nil; {
		var m int
		if m, err = in.Read(p[n:]); m > 0 {
			idle = 0
		} else if idle++; idle == patience && err == nil {
			err = io.ErrNoProgress
		}
		n += m
	}
	if n == len(p) && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}
