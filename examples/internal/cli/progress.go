package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// patience is how long a run may take before it says how far it is.
const patience = time.Second

// progress is a line on a terminal that says how far a run is. Its zero value prints nothing.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	start time.Time
	now   func() time.Time
	last  time.Time
	width int
}

// watch starts the clock, if w is a terminal.
func watch(w io.Writer) *progress {
	if !terminal(w) {
		return &progress{}
	}
	return &progress{w: w, start: time.Now(), now: time.Now}
}

// step is an estimate.Options.Progress: it may be called by several goroutines.
func (p *progress) step(done, total int) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Sub(p.start) < patience || now.Sub(p.last) < patience/10 {
		return
	}
	p.last = now
	line := fmt.Sprintf("%d of %d cells", done, total)
	fmt.Fprint(p.w, "\r"+line+strings.Repeat(" ", max(p.width-len(line), 0)))
	p.width = max(p.width, len(line))
}

// erase removes the line.
func (p *progress) erase() {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.width)+"\r")
		p.width = 0
	}
}
