//go:build !race

package estimate

import "testing"

const UnderRace = false

// Claims whose errors are Student's t, so that a figure now and then is wildly wrong, cover as well. What runs at the same time is what
// runs with normal errors, and is looked at for races there.
func TestPosteriorCoversWithHeavyTails(t *testing.T) {
	covers(t, calibrationNetwork(t, 4), 60, 300)
}
