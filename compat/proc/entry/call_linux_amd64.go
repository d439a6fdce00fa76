package entry

// Numbers of system calls.
const (
	sysFcntl       = 72
	sysSigaction   = 13
	sysSigprocmask = 14
	sysPrlimit     = 302
	sysCapget      = 125
	sysStatx       = 332
	sysExecve      = 59
	sysUnshare     = 272
)
