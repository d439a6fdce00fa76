#include "textflag.h"

#define SYS_prlimit64 302
#define RLIMIT_NOFILE 7

// netnsctl_few_files is called by netnsctl_entry, before the Go runtime.
TEXT netnsctl_few_files(SB),NOSPLIT|NOFRAME,$0
	MOVQ $0, DI
	MOVQ $RLIMIT_NOFILE, SI
	MOVQ $0, DX
	LEAQ ·inherited(SB), R10
	MOVQ $SYS_prlimit64, AX
	SYSCALL
	LEAQ ·inherited(SB), R10
	LEAQ ·few(SB), DX
	MOVQ 8(R10), AX
	CMPQ AX, (DX)
	JCS done // the hard limit is lower, or not known
	MOVQ AX, 8(DX)
	MOVQ $0, DI
	MOVQ $RLIMIT_NOFILE, SI
	MOVQ $0, R10
	MOVQ $SYS_prlimit64, AX
	SYSCALL
done:
	RET

TEXT ·restore(SB),NOSPLIT,$0-0
	MOVQ $0, DI
	MOVQ $RLIMIT_NOFILE, SI
	LEAQ ·inherited(SB), DX
	MOVQ $0, R10
	MOVQ $SYS_prlimit64, AX
	SYSCALL
	RET
