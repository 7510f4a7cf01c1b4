// Package browser drives the dashboard in a headless Chromium, against a devstack that all
// tests share: each signs in with a browser context of its own.
//
// A machine without Chromium skips the tests with a message, unless CI is true.
package browser
