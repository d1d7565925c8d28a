package lsq

import (
	"math"
	"math/bits"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// factor is the Cholesky factor of a positive semi-definite matrix, S = L L', by the multifrontal method: Duff and Reid (1983), ACM
// Trans. Math. Softw. 9, 302, doi:10.1145/356044.356047. A row that the rows before it determine has a pivot that is zero but for
// rounding: it is dropped, which makes the factor that of the other rows.
type factor struct {
	*structure
	panels  [][]float64 // per supernode, len(rows) x cols, row-major
	dropped []bool      // columns, in the factor's order
	rank    int
}

// dropBelow is the part of a diagonal entry below which what elimination leaves of it is rounding.
const dropBelow = 1e-13

// block is the number of columns that the dense kernels take at a time, and straight the work below which a plain loop is faster.
const (
	block    = 48
	straight = 4096
)

// factorize computes the factor of m, whose pattern s was made from.
func factorize(s *structure, m *matrix) *factor {
	f := &factor{structure: s, panels: make([][]float64, len(s.nodes)), dropped: make([]bool, s.n)}
	updates := make([][]float64, len(s.nodes))
	at := make([]int32, s.n) // of a row in the front at hand
	pool := spare.Get().(*buffers)
	defer spare.Put(pool)
	diagonal := make([]float64, s.n)
	columns := s.columns(m)
	for j := range m.n {
		for e := m.start[j]; e < m.start[j+1]; e++ {
			if int(m.rows[e]) == j {
				diagonal[s.place[j]] = m.values[e]
			}
		}
	}
	for k := range s.nodes {
		node := &s.nodes[k]
		w := len(node.rows)
		front := pool.get(w * w)
		for r := range w { // the lower triangle is all that is used
			clear(front[r*w : r*w+r+1])
		}
		for r, row := range node.rows {
			at[row] = int32(r)
		}
		for c := range node.cols {
			for _, e := range columns[node.rows[c]] {
				front[int(at[e.row])*w+c] += e.value
			}
		}
		for _, child := range node.children {
			below := s.nodes[child].rows[s.nodes[child].cols:]
			u := updates[child]
			for i, row := range below {
				into := front[int(at[row])*w:]
				for j, col := range below[:i+1] {
					into[at[col]] += u[i*len(below)+j]
				}
			}
			pool.put(u)
			updates[child] = nil
		}
		f.partial(front, w, node, diagonal)
		panel := make([]float64, w*node.cols)
		for r := range w {
			copy(panel[r*node.cols:(r+1)*node.cols], front[r*w:r*w+min(node.cols, r+1)])
		}
		f.panels[k] = panel
		if b := w - node.cols; b > 0 {
			u := pool.get(b * b)
			for i := range b {
				copy(u[i*b:i*b+i+1], front[(node.cols+i)*w+node.cols:])
			}
			updates[k] = u
		}
		pool.put(front)
	}
	return f
}

// entry is one entry of a column in the factor's order.
type entry struct {
	row   int32
	value float64
}

// columns puts the entries of m into the factor's order, each in the column that comes first.
func (s *structure) columns(m *matrix) [][]entry {
	out := make([][]entry, s.n)
	count := make([]int32, s.n)
	for j := range m.n {
		for _, i := range m.rows[m.start[j]:m.start[j+1]] {
			count[min(s.place[i], s.place[j])]++
		}
	}
	all := make([]entry, len(m.rows))
	for k, c := range count {
		out[k], all = all[:0:c], all[c:]
	}
	for j := range m.n {
		for e := m.start[j]; e < m.start[j+1]; e++ {
			a, b := s.place[j], s.place[m.rows[e]]
			out[min(a, b)] = append(out[min(a, b)], entry{max(a, b), m.values[e]})
		}
	}
	return out
}

// partial eliminates the node's columns from a front of w rows, of which the lower triangle is used.
func (f *factor) partial(front []float64, w int, node *supernode, diagonal []float64) {
	var turned []float64
	for k0 := 0; k0 < node.cols; k0 += block {
		k1 := min(k0+block, node.cols)
		inverse := make([]float64, k1-k0)
		for j := k0; j < k1; j++ {
			rowJ := front[j*w : j*w+j+1]
			for c := k0; c < j; c++ { // this row of the block, then its pivot
				rowJ[c] = (rowJ[c] - dot(rowJ[k0:c], front[c*w+k0:c*w+c])) * inverse[c-k0]
			}
			d := rowJ[j] - dot(rowJ[k0:j], rowJ[k0:j])
			if column := node.rows[j]; !(d > dropBelow*diagonal[column]) {
				f.dropped[column] = true
				rowJ[j] = 0
				continue
			}
			rowJ[j] = math.Sqrt(d)
			inverse[j-k0] = 1 / rowJ[j]
			f.rank++
		}
		for i := k1; i < w; i++ {
			row := front[i*w : i*w+k1]
			for c := k0; c < k1; c++ {
				row[c] = (row[c] - dot(row[k0:c], front[c*w+k0:c*w+c])) * inverse[c-k0]
			}
		}
		turned = subtractSquare(front, w, k0, k1, turned)
	}
}

// subtractSquare takes X X' off what is left of a front, X being its columns k0 to k1, rows k1 on.
func subtractSquare(front []float64, w, k0, k1 int, turned []float64) []float64 {
	left, width := w-k1, k1-k0
	if left == 0 {
		return turned
	}
	if left*left*width <= straight {
		for i := k1; i < w; i++ {
			x := front[i*w+k0 : i*w+k1]
			for j := k1; j <= i; j++ {
				front[i*w+j] -= dot(x, front[j*w+k0:j*w+k1])
			}
		}
		return turned
	}
	if turned == nil {
		turned = make([]float64, block*left)
	}
	for i := range left {
		for c := range width {
			turned[c*left+i] = front[(k1+i)*w+k0+c]
		}
	}
	const rows = 64
	for i := 0; i < left; i += rows {
		h := min(rows, left-i)
		multiplyAdd(-1, front[(k1+i)*w+k0:], w, turned, left, front[(k1+i)*w+k1:], w, h, i+h, width)
	}
	return turned
}

// multiplyAdd is c += alpha a b for row-major a (m x k), b (k x n), c (m x n) with the given strides.
func multiplyAdd(alpha float64, a []float64, lda int, b []float64, ldb int, c []float64, ldc int, m, n, k int) {
	if m == 0 || n == 0 || k == 0 {
		return
	}
	if m*n*k <= straight {
		for i := range m {
			to := c[i*ldc : i*ldc+n]
			for l, v := range a[i*lda : i*lda+k] {
				v *= alpha
				for j, x := range b[l*ldb : l*ldb+n] {
					to[j] += v * x
				}
			}
		}
		return
	}
	gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, m, n, k, alpha, a[:(m-1)*lda+k], lda, b[:(k-1)*ldb+n], ldb, 1, c[:(m-1)*ldc+n], ldc)
}

func dot(a, b []float64) float64 {
	sum := 0.0
	b = b[:len(a)]
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// solve replaces b, in the order of the matrix, by the solution of S x = b; a dropped row gets 0. work has room for n numbers.
func (f *factor) solve(b, work []float64) {
	x := work[:f.n]
	for k, i := range f.order {
		x[k] = b[i]
	}
	for k := range f.nodes {
		node, panel := &f.nodes[k], f.panels[k]
		c := node.cols
		head := x[node.rows[0] : int(node.rows[0])+c]
		if zeros(head) {
			continue
		}
		for j := range c {
			if f.dropped[int(node.rows[0])+j] {
				head[j] = 0
				continue
			}
			head[j] = (head[j] - dot(panel[j*c:j*c+j], head)) / panel[j*c+j]
		}
		for r, row := range node.rows[c:] {
			x[row] -= dot(head, panel[(c+r)*c:])
		}
	}
	for k := len(f.nodes) - 1; k >= 0; k-- {
		node, panel := &f.nodes[k], f.panels[k]
		c := node.cols
		head := x[node.rows[0] : int(node.rows[0])+c]
		for r, row := range node.rows[c:] {
			if v := x[row]; v != 0 {
				for j, l := range panel[(c+r)*c : (c+r+1)*c] {
					head[j] -= v * l
				}
			}
		}
		for j := c - 1; j >= 0; j-- {
			if f.dropped[int(node.rows[0])+j] {
				head[j] = 0
				continue
			}
			head[j] /= panel[j*c+j]
			for i, l := range panel[j*c : j*c+j] {
				head[i] -= head[j] * l
			}
		}
	}
	for k, i := range f.order {
		b[i] = x[k]
	}
}

// lanes is how many right-hand sides solveLanes takes at once: each entry of the factor is read once for all of them.
const lanes = 4

// solveLanes is solve for several right-hand sides side by side; x is work, in the factor's order.
func (f *factor) solveLanes(b *[lanes][]float64, x [][lanes]float64) {
	for k, i := range f.order {
		for q := range b {
			x[k][q] = b[q][i]
		}
	}
	for k := range f.nodes {
		node, panel := &f.nodes[k], f.panels[k]
		c, first := node.cols, int(node.rows[0])
		head := x[first : first+c]
		for j := range c {
			if f.dropped[first+j] {
				head[j] = [lanes]float64{}
				continue
			}
			v := less(head[j], panel[j*c:j*c+j], head)
			d := 1 / panel[j*c+j]
			head[j] = [lanes]float64{v[0] * d, v[1] * d, v[2] * d, v[3] * d}
		}
		for r, row := range node.rows[c:] {
			x[row] = less(x[row], panel[(c+r)*c:(c+r+1)*c], head)
		}
	}
	for k := len(f.nodes) - 1; k >= 0; k-- {
		node, panel := &f.nodes[k], f.panels[k]
		c, first := node.cols, int(node.rows[0])
		head := x[first : first+c]
		for r, row := range node.rows[c:] {
			takeOff(head, panel[(c+r)*c:(c+r+1)*c], x[row])
		}
		for j := c - 1; j >= 0; j-- {
			if f.dropped[first+j] {
				head[j] = [lanes]float64{}
				continue
			}
			d := 1 / panel[j*c+j]
			for q := range head[j] {
				head[j][q] *= d
			}
			takeOff(head, panel[j*c:j*c+j], head[j])
		}
	}
	for k, i := range f.order {
		for q := range b {
			b[q][i] = x[k][q]
		}
	}
}

// less is v minus the sum of l_i x_i.
func less(v [lanes]float64, l []float64, x [][lanes]float64) [lanes]float64 {
	a, b, c, d := v[0], v[1], v[2], v[3]
	x = x[:len(l)]
	for i, s := range l {
		y := &x[i]
		a -= s * y[0]
		b -= s * y[1]
		c -= s * y[2]
		d -= s * y[3]
	}
	return [lanes]float64{a, b, c, d}
}

// takeOff takes l_i v off each x_i.
func takeOff(x [][lanes]float64, l []float64, v [lanes]float64) {
	x = x[:len(l)]
	for i, s := range l {
		y := &x[i]
		y[0] -= s * v[0]
		y[1] -= s * v[1]
		y[2] -= s * v[2]
		y[3] -= s * v[3]
	}
}

// zeros reports whether x holds nothing else.
func zeros(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

// buffers lends out memory for fronts, in sizes that are powers of two so that what one front leaves fits others.
type buffers struct{ free [48][][]float64 }

// spare keeps the buffers of one solve for the next: fresh memory is several times as slow to touch as memory that is there. What is in them
// is never read.
var spare = sync.Pool{New: func() any { return &buffers{} }}

func (p *buffers) get(n int) []float64 {
	class := bits.Len(uint(max(n-1, 0)))
	if all := p.free[class]; len(all) > 0 {
		p.free[class] = all[:len(all)-1]
		return all[len(all)-1][:n]
	}
	return make([]float64, n, 1<<class)
}

func (p *buffers) put(b []float64) {
	class := bits.Len(uint(max(cap(b)-1, 0)))
	p.free[class] = append(p.free[class], b)
}
