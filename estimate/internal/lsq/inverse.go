package lsq

import (
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// inverse holds the entries of S^-1 where the factor of S has entries, by the equations of Takahashi, Fagan and Chin (1973) taken
// panel by panel from the last to the first; Erisman and Tinney (1975), Comm. ACM 18, 177, doi:10.1145/360680.360704. With dropped rows it
// is the inverse of the rest, zero in the dropped ones.
type inverse struct {
	f      *factor
	panels [][]float64 // as those of the factor
}

// selected computes those entries. With L = [L11; L21], Y = L21 L11^-1 and Z the inverse:
//
//	Z21 = -Z22 Y,  Z11 = L11^-T L11^-1 - Y' Z21
func (f *factor) selected() *inverse {
	z := &inverse{f, make([][]float64, len(f.nodes))}
	fronts := make([][]float64, len(f.nodes)) // whole, while a child needs them
	waiting := make([]int, len(f.nodes))
	at := make([]int32, f.n)
	pool := spare.Get().(*buffers)
	defer spare.Put(pool)
	for k := len(f.nodes) - 1; k >= 0; k-- {
		node := &f.nodes[k]
		w, c := len(node.rows), node.cols
		b := w - c
		z22 := pool.get(b * b)
		if b > 0 {
			p := node.parent
			z.gather(z22, node.rows[c:], fronts[p], f.nodes[p].rows, at)
			if waiting[p]--; waiting[p] == 0 {
				pool.put(fronts[p])
				fronts[p] = nil
			}
		}
		panel := make([]float64, w*c)
		z.panel(k, panel, z22, pool)
		z.panels[k] = panel
		if waiting[k] = len(node.children); waiting[k] > 0 {
			front := pool.get(w * w)
			for i := range w {
				copy(front[i*w:i*w+c], panel[i*c:(i+1)*c])
				if i >= c {
					copy(front[i*w+c:(i+1)*w], z22[(i-c)*b:(i-c+1)*b])
				}
			}
			for i := c; i < w; i++ {
				for j := range c {
					front[j*w+i] = panel[i*c+j]
				}
			}
			fronts[k] = front
		}
		pool.put(z22)
	}
	return z
}

// gather takes the rows and columns of a child's update out of its parent's front.
func (z *inverse) gather(dst []float64, rows []int32, front []float64, all []int32, at []int32) {
	for r, row := range all {
		at[row] = int32(r)
	}
	w, b := len(all), len(rows)
	for i, row := range rows {
		from, to := front[int(at[row])*w:(int(at[row])+1)*w], dst[i*b:(i+1)*b]
		for j, col := range rows {
			to[j] = from[at[col]]
		}
	}
}

func (z *inverse) panel(k int, panel, z22 []float64, pool *buffers) {
	node := &z.f.nodes[k]
	w, c := len(node.rows), node.cols
	b := w - c
	l := pool.get(c * c)
	for i := range c {
		copy(l[i*c:i*c+i+1], z.f.panels[k][i*c:])
		clear(l[i*c+i+1 : (i+1)*c])
	}
	invertTriangle(l, c, c, z.f.dropped[node.rows[0]:], pool)
	squareOfTriangle(l, c, panel)
	if b > 0 {
		y := pool.get(b * c)
		clear(y)
		multiplyAdd(1, z.f.panels[k][c*c:], c, l, c, y, c, b, c, c)
		multiplyAdd(-1, z22, b, y, c, panel[c*c:], c, b, c, b)
		transposedMultiplySubtract(y, panel[c*c:], panel, b, c)
		pool.put(y)
	}
	pool.put(l)
	for i := range c {
		for j := range i {
			panel[j*c+i] = panel[i*c+j]
		}
	}
}

// transposedMultiplySubtract is p -= a' b for a, b (m x n) and p (n x n).
func transposedMultiplySubtract(a, b, p []float64, m, n int) {
	if m*n*n <= straight {
		for l := range m {
			for i, v := range a[l*n : (l+1)*n] {
				to := p[i*n : (i+1)*n]
				for j, x := range b[l*n : (l+1)*n] {
					to[j] -= v * x
				}
			}
		}
		return
	}
	gonum.Implementation{}.Dgemm(blas.Trans, blas.NoTrans, n, n, m, -1, a[:m*n], n, b[:m*n], n, 1, p[:n*n], n)
}

// invertTriangle inverts the lower triangle of l (n x n, stride ld) in place, by halves:
//
//	[A 0; C B]^-1 = [A^-1 0; -B^-1 C A^-1 B^-1]
//
// The row and column of a dropped pivot are zero.
func invertTriangle(l []float64, n, ld int, dropped []bool, pool *buffers) {
	if n <= block {
		for j := range n {
			if dropped[j] {
				clear(l[j*ld : j*ld+j+1])
				continue
			}
			d := 1 / l[j*ld+j]
			row := l[j*ld : j*ld+j]
			was := append(make([]float64, 0, block), row...)
			clear(row)
			for k, v := range was { // row j of the inverse is -d (row j of L) (rows above of the inverse)
				if v == 0 {
					continue
				}
				v *= -d
				for i, x := range l[k*ld : k*ld+k+1] {
					row[i] += v * x
				}
			}
			l[j*ld+j] = d
		}
		return
	}
	h := (n/2 + block - 1) / block * block
	invertTriangle(l, h, ld, dropped, pool)
	invertTriangle(l[h*ld+h:], n-h, ld, dropped[h:], pool)
	corner := l[h*ld:]
	t := pool.get((n - h) * h)
	clear(t)
	multiplyAdd(1, corner, ld, l, ld, t, h, n-h, h, h)
	for i := range n - h {
		clear(corner[i*ld : i*ld+h])
	}
	multiplyAdd(-1, l[h*ld+h:], ld, t, h, corner, ld, n-h, h, n-h)
	pool.put(t)
}

// squareOfTriangle fills the lower triangle of p with l' l, for a lower triangle l (n x n).
func squareOfTriangle(l []float64, n int, p []float64) {
	if n <= block {
		for k := range n {
			row := l[k*n : k*n+k+1]
			for i, v := range row {
				if v == 0 {
					continue
				}
				to := p[i*n : i*n+i+1]
				for j := range to {
					to[j] += v * row[j]
				}
			}
		}
		return
	}
	for i := 0; i < n; i += block {
		h := min(block, n-i)
		gonum.Implementation{}.Dgemm(blas.Trans, blas.NoTrans, h, i+h, n-i, 1, l[i*n+i:], n, l[i*n:], n, 1, p[i*n:], n)
	}
}

// at is entry (i, j) of the inverse, in the order of the matrix; it is false where the factor has none there.
func (z *inverse) at(i, j int) (float64, bool) {
	a, b := z.f.place[i], z.f.place[j]
	if a > b {
		a, b = b, a
	}
	k := z.f.of[a]
	node := &z.f.nodes[k]
	r, ok := slices.BinarySearch(node.rows, b)
	if !ok {
		return 0, false
	}
	return z.panels[k][r*node.cols+int(a-node.rows[0])], true
}
