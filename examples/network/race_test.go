//go:build race

package main

// few are fewer under the race detector, which makes arithmetic some ten times slower.
const few = "-chains 2 -warmup 30 -sample 30 "
