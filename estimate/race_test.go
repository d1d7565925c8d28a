//go:build race

package estimate

// UnderRace reports whether the race detector is on, which makes arithmetic some ten times slower.
const UnderRace = true
