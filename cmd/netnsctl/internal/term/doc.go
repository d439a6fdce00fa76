// Package term prepares text for people who look at a terminal: the width of text
// in cells, tables, their columns, order and filters, and colours. It does no input
// or output. All text that it is given must be escaped already.
package term
