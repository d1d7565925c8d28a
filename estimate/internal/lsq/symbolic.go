package lsq

import "slices"

// matrix is a symmetric matrix by columns, entries on and below the diagonal.
type matrix struct {
	n      int
	start  []int32
	rows   []int32
	values []float64
}

// adjacency lists for each unknown the others that share an entry with it.
func (m *matrix) adjacency() [][]int32 {
	count := make([]int32, m.n)
	for j := range m.n {
		for _, i := range m.rows[m.start[j]:m.start[j+1]] {
			if int(i) != j {
				count[i]++
				count[j]++
			}
		}
	}
	out := make([][]int32, m.n)
	total := int32(0)
	for _, c := range count {
		total += c
	}
	all := make([]int32, total)
	for i, c := range count {
		out[i], all = all[:0:c], all[c:]
	}
	for j := range m.n {
		for _, i := range m.rows[m.start[j]:m.start[j+1]] {
			if int(i) != j {
				out[i] = append(out[i], int32(j))
				out[j] = append(out[j], i)
			}
		}
	}
	return out
}

// supernode is a run of columns of the factor that share their rows below the diagonal block, so that they are worked on as one dense
// panel: rows[:cols] are the columns themselves, the others lie below.
type supernode struct {
	cols     int
	rows     []int32 // in the factor's order, ascending
	parent   int     // -1 for a root
	children []int
}

// structure is the factor's pattern.
type structure struct {
	n     int
	order []int32 // order[k] is the unknown that comes k-th
	place []int32 // its inverse
	nodes []supernode
	of    []int32 // the supernode of a column, in the factor's order
}

// mergedZeros is the share of zeros that a panel may hold for the sake of fewer, larger panels: dense arithmetic does a zero faster
// than bookkeeping avoids it. Small panels may hold more.
const (
	mergedZeros      = 0.12
	mergedZerosSmall = 0.5
	smallPanel       = 12
)

// analyse orders a matrix and finds the panels of its factor.
func analyse(m *matrix) *structure {
	order, below := minimumDegree(m.adjacency())
	place := make([]int32, m.n)
	for k, i := range order {
		place[i] = int32(k)
	}
	nodes := merge(order, place, below)
	s := &structure{n: m.n, order: make([]int32, 0, m.n), place: place, of: make([]int32, m.n)}
	index := make([]int, len(nodes)) // of a node in postorder
	var visit func(k int)
	var roots []int
	for k := range nodes {
		if nodes[k].cols != nil && nodes[k].parent < 0 {
			roots = append(roots, k)
		}
	}
	visit = func(k int) {
		t := &nodes[k]
		sn := supernode{cols: len(t.cols), parent: -1}
		for _, c := range t.children {
			visit(c)
			sn.children = append(sn.children, index[c])
		}
		index[k] = len(s.nodes)
		for _, c := range sn.children {
			s.nodes[c].parent = index[k]
		}
		for _, i := range t.cols {
			s.of[len(s.order)] = int32(index[k])
			s.order = append(s.order, i)
		}
		sn.rows = append(append(make([]int32, 0, len(t.cols)+len(t.below)), t.cols...), t.below...)
		s.nodes = append(s.nodes, sn)
	}
	for _, k := range roots {
		visit(k)
	}
	for k, i := range s.order {
		s.place[i] = int32(k)
	}
	for k := range s.nodes {
		rows := s.nodes[k].rows
		for r, i := range rows {
			rows[r] = s.place[i]
		}
		slices.Sort(rows)
	}
	return s
}

// treeNode is a panel while panels are merged.
type treeNode struct {
	cols, below []int32 // unknowns; nil cols: merged into its parent
	parent      int
	children    []int
	zeros       int
}

// merge starts with one panel a column and puts a panel into its parent's where few zeros come of it.
func merge(order, place []int32, below [][]int32) []treeNode {
	n := len(order)
	nodes := make([]treeNode, n)
	for k, i := range order {
		nodes[k] = treeNode{cols: []int32{i}, below: below[i], parent: -1}
		first := int32(n)
		for _, j := range below[i] {
			first = min(first, place[j])
		}
		if first < int32(n) {
			nodes[k].parent = int(first)
		}
	}
	for k := range nodes {
		if p := nodes[k].parent; p >= 0 {
			nodes[p].children = append(nodes[p].children, k)
		}
	}
	for k := range nodes {
		t := &nodes[k]
		var kept []int
		cols := t.cols
		for _, c := range t.children {
			s := &nodes[c]
			extra := len(s.cols) * (len(cols) + len(t.below) - len(s.below))
			w := len(s.cols) + len(cols)
			size := w*(w+1)/2 + w*len(t.below)
			zeros := s.zeros + t.zeros + extra
			if zeros == 0 || float64(zeros) < mergedZeros*float64(size) || w <= smallPanel && float64(zeros) < mergedZerosSmall*float64(size) {
				cols = append(slices.Clone(s.cols), cols...)
				t.zeros = zeros
				for _, g := range s.children {
					nodes[g].parent = k
				}
				kept = append(kept, s.children...)
				s.cols, s.below, s.children = nil, nil, nil
				continue
			}
			kept = append(kept, c)
		}
		t.cols, t.children = cols, kept
	}
	return nodes
}
