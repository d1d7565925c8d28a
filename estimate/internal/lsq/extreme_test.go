package lsq

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func about(name string, value, sd float64) Variable {
	return Variable{Name: name, Measured: true, Value: value, Variance: sd * sd}
}

// Two smelters dug nothing, so that nothing can have left either, whatever customs wrote: all is zero, and each of the three figures costs
// (value/sd)^2. One flow is 3,000 times as large as the others, which must not make the network seem impossible.
func TestNothingComesIn(t *testing.T) {
	p := &Problem{
		Variables: []Variable{about("first dug", 0, 0), about("first sold", 0.4627, 0.004627), about("second dug", 0, 0), about("second sold", 2845, 142.25), about("samples", 0.1864, 0.001864), {Name: "between"}},
		Balances:  []Balance{{Name: "first", Terms: []Term{{0, -1}, {1, 1}, {5, 1}}}, {Name: "second", Terms: []Term{{2, -1}, {3, 1}, {4, 1}, {5, -1}}}},
	}
	s := solve(t, p)
	require.InDeltaSlice(t, make([]float64, 6), s.X, 1e-12)
	require.InDelta(t, 100*100+20*20+100*100, s.J, 1e-6)
	require.Equal(t, 3, s.DF) // three measured flows, none of which can be anything else
}

// Nothing left the first place, so that what it dug and what came over a border are zero; nothing left the second by its road either, so
// that it dug nothing. The third is one flow measured twice. Of four measured flows that can move one is free: three degrees of freedom.
// The zero of the border crossing follows from the others and is none of them.
func TestZerosThatFollowAreCountedOnce(t *testing.T) {
	p := &Problem{
		Variables: []Variable{about("first dug", 0.9259, 0.009259), about("first sold", 0, 0), about("second dug", 9837, 98.37), about("second sold", 0, 0), {Name: "crossing"},
			about("third dug", 0.4438, 0.004438), about("third sold", 3475, 34.75)},
		Balances: []Balance{{Name: "first", Terms: []Term{{0, -1}, {1, 1}, {4, -1}}}, {Name: "second", Terms: []Term{{2, -1}, {3, 1}, {4, 1}}}, {Name: "third", Terms: []Term{{5, -1}, {6, 1}}}},
	}
	s := solve(t, p)
	require.Equal(t, 3, s.DF)
	third := (3475 - 0.4438) * (3475 - 0.4438) / (34.75*34.75 + 0.004438*0.004438)
	require.InEpsilon(t, 100*100+100*100+third, s.J, 1e-9)
}

// A gram beside a billion tonnes: a milligram balance scale in one corner of a network is not rounded away because of a river in another.
// Of 9e-9 measured to 1e-9 and 1.1e-8 measured to 1e-9 both are 1e-8; between two places that nobody weighs between, 3e-9 must pass.
func TestSmallBesideLarge(t *testing.T) {
	p := &Problem{
		Variables: []Variable{about("river in", 1e9, 1e7), about("river out", 1e9, 1e7), {Name: "loop"}, {Name: "back"},
			about("in", 9e-9, 1e-9), about("out", 1.1e-8, 1e-9),
			about("got", 4e-9, 1e-10), about("sent", 1e-9, 1e-10), {Name: "lost"}, {Name: "lost too"}},
		Balances: []Balance{{Name: "river", Terms: []Term{{0, 1}, {1, -1}, {2, 1}, {3, -1}}}, {Name: "bend", Terms: []Term{{2, -1}, {3, 1}}},
			{Name: "scale", Terms: []Term{{4, 1}, {5, -1}}}, {Name: "bench", Terms: []Term{{6, 1}, {7, -1}, {8, -1}, {9, -1}}}},
	}
	s := solve(t, p)
	require.InEpsilon(t, 1e-8, s.X[4], 1e-9)
	require.InEpsilon(t, 1e-8, s.X[5], 1e-9)
	require.InEpsilon(t, 1e-9*math.Sqrt(0.5), s.SD[4], 1e-9)
	require.InEpsilon(t, 4e-9, s.X[6], 1e-9)
	require.InEpsilon(t, 1e-9, s.X[7], 1e-9)
	require.InDelta(t, 2, s.J, 1e-9)
	require.InEpsilon(t, 3e-9, s.X[8]+s.X[9], 1e-9)
	p.Balances = append(p.Balances, Balance{Name: "drain", Terms: []Term{{9, 1}, {10, -1}, {11, -1}}})
	p.Variables = append(p.Variables, about("drained", 2e-9, 1e-10), Variable{Name: "spilt"})
	s = solve(t, p)
	least, err := s.Least(context.Background(), 9)
	require.NoError(t, err)
	require.InEpsilon(t, 2e-9, least, 1e-6)
}
