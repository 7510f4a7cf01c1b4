// Package classify tells texts apart by their words: multinomial logistic regression over
// words and pairs of words, a table of some two thousand lines and no more.
//
// A Model is trained on labelled examples when the program is built, and kept as a table that
// people can read: a line for each feature, with its weight for each class. The same examples
// in the same order always give the same table.
package classify
