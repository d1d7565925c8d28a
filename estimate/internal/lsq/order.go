package lsq

// minimumDegree orders the unknowns of a symmetric matrix so that few of the zeros of its factor fill in. adjacent[i] lists the
// unknowns that share an entry with i. It returns the order of elimination, and for each unknown those that come after it and share a
// column of the factor with it.
//
// The method is the approximate minimum degree of Amestoy, Davis and Duff (1996), SIAM J. Matrix Anal. Appl. 17, 886,
// doi:10.1137/S0895479894278952: eliminated unknowns live on as elements, lists of the unknowns that they joined; an element that a
// later one holds is absorbed. Joining unknowns that have become alike was left out: networks of a few thousand places are ordered in
// a few milliseconds without.
func minimumDegree(adjacent [][]int32) (order []int32, below [][]int32) {
	n := len(adjacent)
	q := &quotient{vars: make([][]int32, n), elements: make([][]int32, n), below: make([][]int32, n),
		done: make([]bool, n), absorbed: make([]bool, n), seen: make([]int32, n), outside: make([]int32, n), counted: make([]int32, n),
		degrees: newBuckets(n)}
	for i, a := range adjacent {
		q.vars[i] = append([]int32(nil), a...)
		q.seen[i], q.counted[i] = -1, -1
		q.degrees.put(int32(i), len(a))
	}
	order = make([]int32, 0, n)
	for len(order) < n {
		p := q.degrees.pop()
		order = append(order, p)
		q.eliminate(p, n-len(order))
	}
	return order, q.below
}

// quotient is the quotient graph of an elimination.
type quotient struct {
	vars     [][]int32 // unknowns next to an unknown that no element joins to it
	elements [][]int32 // elements next to an unknown
	below    [][]int32 // unknowns of an element
	done     []bool
	absorbed []bool  // elements
	seen     []int32 // seen[i] == p: i belongs to element p, or is p
	outside  []int32 // unknowns of an element that the newest element does not hold
	counted  []int32 // counted[e] == p: outside[e] is about p
	degrees  *buckets
}

// eliminate makes an element of p; left unknowns are still to come.
func (q *quotient) eliminate(p int32, left int) {
	q.done[p], q.seen[p] = true, p
	var joined []int32
	for _, i := range q.vars[p] {
		if !q.done[i] && q.seen[i] != p {
			q.seen[i] = p
			joined = append(joined, i)
		}
	}
	for _, e := range q.elements[p] {
		if q.absorbed[e] {
			continue
		}
		for _, i := range q.below[e] {
			if !q.done[i] && q.seen[i] != p {
				q.seen[i] = p
				joined = append(joined, i)
			}
		}
		q.absorbed[e] = true
	}
	q.below[p] = joined
	q.vars[p], q.elements[p] = nil, nil
	for _, i := range joined {
		for _, e := range q.elements[i] {
			if q.absorbed[e] {
				continue
			}
			if q.counted[e] != p {
				q.counted[e], q.outside[e] = p, int32(len(q.below[e]))
			}
			q.outside[e]--
		}
	}
	for _, i := range joined {
		degree := len(joined) - 1
		elements := q.elements[i][:0]
		for _, e := range q.elements[i] {
			switch {
			case q.absorbed[e]:
			case q.outside[e] == 0:
				q.absorbed[e] = true
			default:
				elements = append(elements, e)
				degree += int(q.outside[e])
			}
		}
		q.elements[i] = append(elements, p)
		vars := q.vars[i][:0]
		for _, j := range q.vars[i] {
			if !q.done[j] && q.seen[j] != p {
				vars = append(vars, j)
			}
		}
		q.vars[i] = vars
		degree = min(degree+len(vars), left-1, q.degrees.of[i]+len(joined)-1)
		q.degrees.remove(i)
		q.degrees.put(i, degree)
	}
}

// buckets keeps unknowns by degree, the lowest at hand.
type buckets struct {
	first, next, before []int32
	of                  []int
	lowest              int
}

func newBuckets(n int) *buckets {
	b := &buckets{first: make([]int32, n+1), next: make([]int32, n), before: make([]int32, n), of: make([]int, n), lowest: n}
	for i := range b.first {
		b.first[i] = -1
	}
	return b
}

func (b *buckets) put(i int32, degree int) {
	b.of[i] = degree
	b.next[i], b.before[i] = b.first[degree], -1
	if f := b.first[degree]; f >= 0 {
		b.before[f] = i
	}
	b.first[degree] = i
	b.lowest = min(b.lowest, degree)
}

func (b *buckets) remove(i int32) {
	if b.next[i] >= 0 {
		b.before[b.next[i]] = b.before[i]
	}
	if b.before[i] >= 0 {
		b.next[b.before[i]] = b.next[i]
	} else {
		b.first[b.of[i]] = b.next[i]
	}
}

func (b *buckets) pop() int32 {
	for b.first[b.lowest] < 0 {
		b.lowest++
	}
	i := b.first[b.lowest]
	b.remove(i)
	return i
}
