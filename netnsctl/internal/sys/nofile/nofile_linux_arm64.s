#include "textflag.h"

#define SYS_prlimit64 261
#define RLIMIT_NOFILE 7

// See nofile_linux_amd64.s.
TEXT netnsctl_few_files(SB),NOSPLIT|NOFRAME,$0
	MOVD $0, R0
	MOVD $RLIMIT_NOFILE, R1
	MOVD $0, R2
	MOVD $·inherited(SB), R3
	MOVD $SYS_prlimit64, R8
	SVC
	MOVD $·inherited(SB), R3
	MOVD $·few(SB), R2
	MOVD 8(R3), R4
	MOVD (R2), R5
	CMP R5, R4
	BLO done
	MOVD R4, 8(R2)
	MOVD $0, R0
	MOVD $RLIMIT_NOFILE, R1
	MOVD $0, R3
	MOVD $SYS_prlimit64, R8
	SVC
done:
	RET

TEXT ·restore(SB),NOSPLIT,$0-0
	MOVD $0, R0
	MOVD $RLIMIT_NOFILE, R1
	MOVD $·inherited(SB), R2
	MOVD $0, R3
	MOVD $SYS_prlimit64, R8
	SVC
	RET
