package evaluate

// alignment is the cheapest way from what was said to what was understood.
type alignment struct {
	substitutions, deletions, insertions int
	both                                 [][2]word // words of both, right or not, side by side
}

// align finds it with Levenshtein's distance over words: every change costs one.
func align(said, heard []word) alignment {
	cost := distances(said, heard)
	var a alignment
	i, j := len(said), len(heard)
	for i > 0 || j > 0 {
		switch {
		case i > 0 && j > 0 && said[i-1].text == heard[j-1].text && cost[i][j] == cost[i-1][j-1]:
			i, j = i-1, j-1
			a.both = append(a.both, [2]word{said[i], heard[j]})
		case i > 0 && j > 0 && cost[i][j] == cost[i-1][j-1]+1:
			i, j = i-1, j-1
			a.substitutions++
			a.both = append(a.both, [2]word{said[i], heard[j]})
		case i > 0 && cost[i][j] == cost[i-1][j]+1:
			i--
			a.deletions++
		default:
			j--
			a.insertions++
		}
	}
	return a
}

// distances returns the cost of turning the first i words into the first j ones, for all i, j.
// An hour of talk takes some 300 MB for the time of the comparison.
func distances(said, heard []word) [][]int32 {
	cost := make([][]int32, len(said)+1)
	for i := range cost {
		cost[i] = make([]int32, len(heard)+1)
		cost[i][0] = int32(i)
	}
	for j := range cost[0] {
		cost[0][j] = int32(j)
	}
	for i := range said {
		for j := range heard {
			change := cost[i][j]
			if said[i].text != heard[j].text {
				change++
			}
			cost[i+1][j+1] = min(change, cost[i][j+1]+1, cost[i+1][j]+1)
		}
	}
	return cost
}
