//go:build !race

package estimate

const underRace = false
