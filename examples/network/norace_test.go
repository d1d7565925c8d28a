//go:build !race

package main

// few are flags of a posterior that takes a second: too few draws for an answer, enough for its form.
const few = "-chains 2 -warmup 100 -sample 100 "
