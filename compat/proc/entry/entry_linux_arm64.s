#include "textflag.h"

#define SYS_fcntl 25
#define SYS_unshare 97
#define SYS_rt_sigaction 134
#define SYS_rt_sigprocmask 135
#define SYS_prlimit64 261
#define F_GETFD 1
#define NSIG 64
#define RLIMIT_NOFILE 7
#define CLONE_NEWUSER 0x10000000

// See entry_linux_amd64.s.
TEXT netnsctl_entry(SB),NOSPLIT|NOFRAME,$0
	MOVD $0, R9
fds:
	MOVD R9, R0
	MOVD $F_GETFD, R1
	MOVD $SYS_fcntl, R8
	SVC
	MOVD $·fdFlags(SB), R10
	MOVD R0, (R10)(R9<<3)
	ADD $1, R9
	CMP $3, R9
	BLT fds

	MOVD $0, R0
	MOVD $0, R1
	MOVD $·mask(SB), R2
	MOVD $8, R3
	MOVD $SYS_rt_sigprocmask, R8
	SVC

	MOVD RSP, R12
	SUB $64, R12, R11
	MOVD $1, R9
signals:
	MOVD R9, R0
	MOVD $0, R1
	MOVD R11, R2
	MOVD ZR, (R11)
	MOVD $8, R3
	MOVD $SYS_rt_sigaction, R8
	SVC
	MOVD (R11), R0
	MOVD $·actions(SB), R10
	MOVD R0, (R10)(R9<<3)
	ADD $1, R9
	CMP $NSIG, R9
	BLE signals

	// Where argv[0] asks for it, the process gets a user namespace.
	MOVD 8(R12), R0
	CBZ R0, limit
	MOVBU (R0), R1
	CMP $1, R1
	BNE limit
	MOVD $CLONE_NEWUSER, R0
	MOVD $SYS_unshare, R8
	SVC
	MOVD R0, ·userNamespace(SB)

limit:
	// The limit of open files becomes 3, the hard limit permitting.
	MOVD $0, R0
	MOVD $RLIMIT_NOFILE, R1
	MOVD $0, R2
	MOVD $·openFiles(SB), R3
	MOVD $SYS_prlimit64, R8
	SVC
	MOVD ·openFiles+8(SB), R4
	CMP $3, R4
	BLO variable
	MOVD $3, R5
	MOVD R5, (R11)
	MOVD R4, 8(R11)
	MOVD $0, R0
	MOVD $RLIMIT_NOFILE, R1
	MOVD R11, R2
	MOVD $0, R3
	MOVD $SYS_prlimit64, R8
	SVC

variable:
	// Argc, argv and their NULL move down by two words, since the stack pointer has
	// to stay a multiple of 16. What becomes free is the beginning of the
	// environment for the runtime.
	MOVD (R12), R1
	ADD $2, R1
	MOVD R12, R2
	SUB $16, R12, R3
	MOVD R3, RSP
move:
	MOVD.P 8(R2), R4
	MOVD.P R4, 8(R3)
	SUB $1, R1
	CBNZ R1, move
	MOVD R2, ·env(SB)
	MOVD $·oneProcessor(SB), R4
	MOVD R4, (R3)
	MOVD R4, 8(R3)
	B _rt0_arm64_linux(SB)

TEXT ·restoreOpenFiles(SB),NOSPLIT,$0-0
	MOVD $0, R0
	MOVD $RLIMIT_NOFILE, R1
	MOVD $·openFiles(SB), R2
	MOVD $0, R3
	MOVD $SYS_prlimit64, R8
	SVC
	RET
