package entry

// Numbers of system calls.
const (
	sysFcntl       = 25
	sysSigaction   = 134
	sysSigprocmask = 135
	sysPrlimit     = 261
	sysCapget      = 90
	sysStatx       = 291
	sysExecve      = 221
	sysUnshare     = 97
)
