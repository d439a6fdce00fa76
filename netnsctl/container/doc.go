// Package container reads what container runtimes have noted of their containers,
// and CNI of the addresses that it has given: from their state files, in the places
// where they are unless configured otherwise. No runtime is asked, so none has to
// be running, and none can keep us waiting. What is not there, or not understood,
// is passed over.
package container
