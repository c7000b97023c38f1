package strict

import "strings"

// Nearest returns the one of names that word was most likely meant to be: the
// same but for case, or the fewest typing mistakes away, at most a third of its
// length. "" where nothing is near. Ties go to the first. It costs
// O(len(word)*len(name)) a name.
func Nearest(word string, names []string) string {
	for _, name := range names {
		if strings.EqualFold(word, name) {
			return name
		}
	}
	best, mistakes := "", len(word)/3+2
	for _, name := range names {
		if most := min(mistakes-1, max(1, max(len(word), len(name))/3)); most > 0 {
			if d := distance(strings.ToLower(word), strings.ToLower(name), most); d <= most {
				best, mistakes = name, d
			}
		}
	}
	return best
}

// distance counts insertions, deletions, substitutions and swaps of neighbours;
// what is over most is returned as most+1.
func distance(a, b string, most int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || len(y)-len(x) > most {
		return most + 1
	}
	two, one, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one, row = one, row, two
	}
	return one[len(y)]
}
