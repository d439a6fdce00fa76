// Package compat speaks iproute2's grammar: it takes the words of an
// `ip [OPTIONS] netns COMMAND …` call and answers with iproute2's bytes and exit
// status, on top of package netnsctl.
//
// The reference is iproute2 6.1 to 7.3; where they differ either is right, and
// the comments name the version. `ip` exits with 1 where a command failed, 2
// where rtnetlink refused, 255 where the words were wrong.
package compat
