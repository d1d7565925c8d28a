package lsq

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// laplacian is A A' of a random network of n places, edges flows between them and a flow across the border of some.
func laplacian(r *rand.Rand, n, edges, borders int) (*matrix, *mat.SymDense) {
	dense := mat.NewSymDense(n, nil)
	add := func(i, j int, v float64) { dense.SetSym(i, j, dense.At(i, j)+v) }
	for range edges {
		i, j := r.IntN(n), r.IntN(n)
		if i == j {
			continue
		}
		w := 0.1 + r.Float64()
		add(i, i, w)
		add(j, j, w)
		add(i, j, -w)
	}
	for range borders {
		i := r.IntN(n)
		add(i, i, 0.1+r.Float64())
	}
	m := &matrix{n: n, start: []int32{0}}
	for j := range n {
		for i := j; i < n; i++ {
			if v := dense.At(i, j); v != 0 || i == j {
				m.rows, m.values = append(m.rows, int32(i)), append(m.values, v)
			}
		}
		m.start = append(m.start, int32(len(m.rows)))
	}
	return m, dense
}

// The sparse factor solves, and its selected inverse is, what gonum's dense Cholesky says.
func TestFactorAgainstDense(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 5, 30, 120, 300} {
		m, dense := laplacian(r, n, 4*n, n)
		for i := range n { // no place may be cut off
			m.values[m.start[i]] += 0.5
			dense.SetSym(i, i, dense.At(i, i)+0.5)
		}
		f := factorize(analyse(m), m)
		require.Equal(t, n, f.rank)
		var chol mat.Cholesky
		require.True(t, chol.Factorize(dense))
		b := make([]float64, n)
		for i := range b {
			b[i] = r.NormFloat64()
		}
		var want mat.VecDense
		require.NoError(t, chol.SolveVecTo(&want, mat.NewVecDense(n, append([]float64(nil), b...))))
		var side [lanes][]float64
		for q := range side {
			for _, v := range b {
				side[q] = append(side[q], float64(q+1)*v)
			}
		}
		f.solve(b, make([]float64, n))
		f.solveLanes(&side, make([][lanes]float64, n))
		for q := range side {
			for i, v := range b {
				require.InDelta(t, float64(q+1)*v, side[q][i], 1e-10)
			}
		}
		require.InDeltaSlice(t, want.RawVector().Data, b, 1e-10)
		var inv mat.SymDense
		require.NoError(t, chol.InverseTo(&inv))
		z := f.selected()
		for j := range n {
			for _, i := range m.rows[m.start[j]:m.start[j+1]] {
				got, ok := z.at(int(i), j)
				require.True(t, ok)
				require.InDelta(t, inv.At(int(i), j), got, 1e-10)
			}
		}
	}
}

// A network without a border has one balance too many: that balance is dropped, and the inverse is that of the others.
func TestFactorDropsRedundantRow(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{2, 10, 100} {
		m, dense := laplacian(r, n, 8*n, 0)
		f := factorize(analyse(m), m)
		require.Equal(t, n-1, f.rank)
		var kept []int
		for i := range n {
			if !f.dropped[f.place[i]] {
				kept = append(kept, i)
			}
		}
		sub := mat.NewSymDense(n-1, nil)
		for a, i := range kept {
			for b, j := range kept[:a+1] {
				sub.SetSym(a, b, dense.At(i, j))
			}
		}
		var chol mat.Cholesky
		require.True(t, chol.Factorize(sub))
		var inv mat.SymDense
		require.NoError(t, chol.InverseTo(&inv))
		z := f.selected()
		for a, i := range kept {
			got, ok := z.at(i, i)
			require.True(t, ok)
			require.InDelta(t, inv.At(a, a), got, 1e-9)
		}
	}
}

func BenchmarkFactor(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	m := randomSparse(r, 2000, 8000)
	b.Run("analyse", func(b *testing.B) {
		for range b.N {
			analyse(m)
		}
	})
	s := analyse(m)
	b.Run("factorize", func(b *testing.B) {
		for range b.N {
			factorize(s, m)
		}
	})
	f := factorize(s, m)
	b.Run("selected", func(b *testing.B) {
		for range b.N {
			f.selected()
		}
	})
	x, w := make([]float64, 2000), make([]float64, 2000)
	b.Run("solve", func(b *testing.B) {
		for range b.N {
			for i := range x {
				x[i] = 1
			}
			f.solve(x, w)
		}
	})
	size, largest := 0, 0
	for k := range s.nodes {
		size += s.nodes[k].cols * len(s.nodes[k].rows)
		largest = max(largest, len(s.nodes[k].rows))
	}
	b.Logf("%d panels, %d entries, largest %d", len(s.nodes), size, largest)
}

func randomSparse(r *rand.Rand, n, edges int) *matrix {
	type pair struct{ i, j int32 }
	at := map[pair]float64{}
	for i := range int32(n) {
		at[pair{i, i}] = 0.1
	}
	for range edges {
		i, j := r.Int32N(int32(n)), r.Int32N(int32(n))
		if i == j {
			continue
		}
		at[pair{i, i}]++
		at[pair{j, j}]++
		at[pair{max(i, j), min(i, j)}]--
	}
	m := &matrix{n: n, start: []int32{0}}
	cols := make([][]entry, n)
	for p, v := range at {
		cols[p.j] = append(cols[p.j], entry{p.i, v})
	}
	for _, c := range cols {
		for _, e := range c {
			m.rows, m.values = append(m.rows, e.row), append(m.values, e.value)
		}
		m.start = append(m.start, int32(len(m.rows)))
	}
	return m
}

// Memory that an earlier solve left behind is never read: with buffers full of NaN every bit of the answer is the same.
func TestWhatBuffersHoldIsNotRead(t *testing.T) {
	for name, of := range map[string]func(*rand.Rand, int, int, float64) (*Problem, []float64){"random": network, "near": neighbours} {
		p, _ := of(rand.New(rand.NewPCG(7, 7)), 200, 800, 0.5)
		want := solve(t, p)
		for range 3 {
			dirty := &buffers{}
			for class := range 16 {
				for range 40 {
					b := make([]float64, 1<<class)
					for i := range b {
						b[i] = math.NaN()
					}
					dirty.put(b)
				}
			}
			spare.Put(dirty)
			got := solve(t, p)
			require.Equal(t, want.X, got.X, name)
			require.Equal(t, want.SD, got.SD, name)
			require.Equal(t, want.J, got.J, name)
		}
	}
}
