// Package lazyregexp is regular expressions that are compiled when they are first used: a
// process that never uses them pays neither the time nor the memory.
package lazyregexp

import (
	"os"
	"regexp"
	"strings"
	"sync"
)

// inTest makes every test of a package compile its expressions at once, so that none can be
// released that does not compile.
var inTest = len(os.Args) > 0 && strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), ".test")

// Regexp is a regexp.Regexp that is compiled on its first use, by any goroutine.
type Regexp struct {
	expression string
	once       sync.Once
	compiled   *regexp.Regexp
}

// New returns the expression. One that does not compile panics on its first use, in tests here.
func New(expression string) *Regexp {
	r := &Regexp{expression: expression}
	if inTest {
		r.get()
	}
	return r
}

func (r *Regexp) get() *regexp.Regexp {
	r.once.Do(func() { r.compiled = regexp.MustCompile(r.expression) })
	return r.compiled
}

// MatchString does what regexp.Regexp's does.
func (r *Regexp) MatchString(s string) bool { return r.get().MatchString(s) }

// FindStringIndex does what regexp.Regexp's does.
func (r *Regexp) FindStringIndex(s string) []int { return r.get().FindStringIndex(s) }

// FindStringSubmatch does what regexp.Regexp's does.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.get().FindStringSubmatch(s) }

// FindStringSubmatchIndex does what regexp.Regexp's does.
func (r *Regexp) FindStringSubmatchIndex(s string) []int {
	return r.get().FindStringSubmatchIndex(s)
}

// FindAllString does what regexp.Regexp's does.
func (r *Regexp) FindAllString(s string, n int) []string { return r.get().FindAllString(s, n) }

// FindAllStringIndex does what regexp.Regexp's does.
func (r *Regexp) FindAllStringIndex(s string, n int) [][]int {
	return r.get().FindAllStringIndex(s, n)
}

// FindAllStringSubmatch does what regexp.Regexp's does.
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.get().FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex does what regexp.Regexp's does.
func (r *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return r.get().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllStringFunc does what regexp.Regexp's does.
func (r *Regexp) ReplaceAllStringFunc(s string, replace func(string) string) string {
	return r.get().ReplaceAllStringFunc(s, replace)
}
