//go:build race

package estimate

// underRace reports whether the race detector is on, which makes arithmetic some ten times slower.
const underRace = true
