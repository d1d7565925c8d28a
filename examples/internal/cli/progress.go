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
	name  string    // of the stage; "": the run has one only
	begun time.Time // when it began
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
	if p.name != "" {
		line = fmt.Sprintf("%s: %d %%", p.name, 100*int64(done)/int64(max(total, 1)))
		if left := now.Sub(p.begun) * time.Duration(max(total-done, 0)) / time.Duration(max(done, 1)); left > 5*time.Second {
			line += fmt.Sprintf(", about %d s left", int(left.Seconds()+0.5))
		}
	}
	fmt.Fprint(p.w, "\r"+line+strings.Repeat(" ", max(p.width-len(line), 0)))
	p.width = max(p.width, len(line))
}

// stage names what is being done from now on, where a run is made of several.
func (p *progress) stage(name string) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name, p.begun = name, p.now()
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
