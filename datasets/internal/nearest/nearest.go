// Package nearest finds the known word that a mistyped one was meant to be.
package nearest

import "strings"

// Word is the known word that takes the fewest edits to reach, or "" where none is near: more than a third of it would change.
func Word(word string, known []string) string {
	if len(word) > 64 {
		return ""
	}
	best, least := "", 1<<30
	lower := strings.ToLower(word)
	for _, k := range known {
		most := max(len(k), 3) / 3
		if len(k)-len(word) > most || len(word)-len(k) > most {
			continue // it takes an edit for each letter too many, without counting them
		}
		if d := edits(lower, strings.ToLower(k)); d < least && d <= most {
			best, least = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance of a and b, with two neighbours swapped counted as one edit.
func edits(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1)
			if a[i-1] == b[j-1] {
				row[j] = min(row[j], last[j-1])
			} else {
				row[j] = min(row[j], last[j-1]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
