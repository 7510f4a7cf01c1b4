package rules

import "regexp/syntax"

// signature is which letters, pairs and triples of letters a text may have, as a Bloom filter.
type signature [signatureWords]uint64

const (
	signatureWords = 32
	signatureBits  = 64 * signatureWords
)

// add enters a text.
func (g *signature) add(text string) {
	var a, b uint32 // the two letters before
	for i := range len(text) {
		c := uint32(text[i])
		g.set(gram(0, 0, c))
		if i > 0 {
			g.set(gram(0, b, c))
		}
		if i > 1 {
			g.set(gram(a, b, c))
		}
		a, b = b, c
	}
}

// gram numbers up to three letters.
func gram(a, b, c uint32) uint16 {
	return uint16(((a<<16 | b<<8 | c) * 2654435761) >> 21 % signatureBits) // eleven bits
}

func (g *signature) set(bit uint16) { g[bit/64] |= 1 << (bit % 64) }

func (g *signature) has(bit uint16) bool { return g[bit/64]>>(bit%64)&1 == 1 }

// join enters what another signature has.
func (g *signature) join(o *signature) {
	for i := range g {
		g[i] |= o[i]
	}
}

// grams are those of a piece of text.
type grams []uint16

func gramsOf(text string) grams {
	switch len(text) {
	case 0:
		return nil
	case 1:
		return grams{gram(0, 0, uint32(text[0]))}
	case 2:
		return grams{gram(0, uint32(text[0]), uint32(text[1]))}
	}
	var out grams
	for i := range len(text) - 2 {
		out = append(out, gram(uint32(text[i]), uint32(text[i+1]), uint32(text[i+2])))
	}
	return out
}

// hasAny reports whether the text may have one of the pieces.
func (g *signature) hasAny(pieces []grams) bool {
	for _, piece := range pieces {
		all := true
		for _, bit := range piece {
			if !g.has(bit) {
				all = false
				break
			}
		}
		if all {
			return true
		}
	}
	return false
}

// needsOf returns pieces of text of which every match of an expression has at least one, nil if
// there is nothing that every match has.
func needsOf(expression string) []grams {
	re, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil // its compilation will tell
	}
	var out []grams
	for _, piece := range needed(re) {
		out = append(out, gramsOf(piece))
	}
	return out
}

// needed returns the pieces that needsOf is about, as text.
func needed(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return nil
		}
		return []string{string(re.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return needed(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needed(re.Sub[0])
		}
		return nil
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if pieces := needed(sub); shortest(pieces) > shortest(best) {
				best = pieces
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			pieces := needed(sub)
			if pieces == nil {
				return nil
			}
			all = append(all, pieces...)
		}
		return all
	default:
		return nil
	}
}

// shortest returns the length of the shortest piece, 0 if there is none.
func shortest(pieces []string) int {
	if len(pieces) == 0 {
		return 0
	}
	n := len(pieces[0])
	for _, p := range pieces[1:] {
		n = min(n, len(p))
	}
	return n
}
