#include "textflag.h"

#define SYS_fcntl 25
#define SYS_rt_sigaction 134
#define SYS_rt_sigprocmask 135
#define F_GETFD 1
#define NSIG 64

// See entry_linux_amd64.s.
TEXT netnsctl_entry(SB),NOSPLIT|NOFRAME,$0
	MOVD $0, R9
fds:
	MOVD R9, R0
	MOVD $F_GETFD, R1
	MOVD $SYS_fcntl, R8
	SVC
	MOVD $·inheritedFDFlags(SB), R10
	MOVD R0, (R10)(R9<<3)
	ADD $1, R9
	CMP $3, R9
	BLT fds

	MOVD $0, R0
	MOVD $0, R1
	MOVD $·inheritedMask(SB), R2
	MOVD $8, R3
	MOVD $SYS_rt_sigprocmask, R8
	SVC

	MOVD $1, R9
signals:
	MOVD R9, R0
	MOVD $0, R1
	MOVD RSP, R2
	SUB $64, R2
	MOVD R2, R11
	MOVD ZR, (R2)
	MOVD $8, R3
	MOVD $SYS_rt_sigaction, R8
	SVC
	MOVD (R11), R0
	MOVD $·inheritedActions(SB), R10
	MOVD R0, (R10)(R9<<3)
	ADD $1, R9
	CMP $NSIG, R9
	BLE signals

	MOVD RSP, R0
	MOVD R0, ·inheritedStack(SB)

	// One processor: see oneProcessor.
	MOVD (R0), R1
	ADD $2, R1
	ADD R1<<3, R0, R1
	MOVD (R1), R2
	CBZ R2, start
	MOVHU (R2), R3
	MOVD $0x4f47, R4 // "GO…" is for the runtime
	CMP R4, R3
	BEQ start
	MOVD R2, ·inheritedEnv0(SB)
	MOVD $·oneProcessor(SB), R2
	MOVD R2, (R1)
start:
	BL netnsctl_few_files(SB)
	B _rt0_arm64_linux(SB)
