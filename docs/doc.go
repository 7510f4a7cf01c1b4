// Package docs holds the documents, and the tests that keep them true: links lead somewhere,
// and what a reader may copy is accepted by the code that reads it.
package docs
