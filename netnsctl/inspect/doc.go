// Package inspect gathers all that can be said of one network namespace.
package inspect
