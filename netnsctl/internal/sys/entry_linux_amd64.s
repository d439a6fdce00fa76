#include "textflag.h"

#define SYS_rt_sigaction 13
#define SYS_rt_sigprocmask 14
#define SYS_fcntl 72
#define F_GETFD 1
#define NSIG 64

// The process' entry point (linker flag -E netnsctl_entry): records what was
// inherited, then goes on to the Go runtime as if nothing had happened. There
// is no Go stack yet; struct sigaction is written below the stack pointer.
TEXT netnsctl_entry(SB),NOSPLIT|NOFRAME,$0
	MOVQ $0, BX
fds:
	MOVQ BX, DI
	MOVQ $F_GETFD, SI
	MOVQ $SYS_fcntl, AX
	SYSCALL
	LEAQ ·inheritedFDFlags(SB), R8
	MOVQ AX, (R8)(BX*8)
	INCQ BX
	CMPQ BX, $3
	JLT fds

	MOVQ $0, DI
	MOVQ $0, SI
	LEAQ ·inheritedMask(SB), DX
	MOVQ $8, R10
	MOVQ $SYS_rt_sigprocmask, AX
	SYSCALL

	MOVQ $1, BX
signals:
	MOVQ BX, DI
	MOVQ $0, SI
	LEAQ -64(SP), DX
	MOVQ $0, (DX)
	MOVQ $8, R10
	MOVQ $SYS_rt_sigaction, AX
	SYSCALL
	MOVQ -64(SP), AX
	LEAQ ·inheritedActions(SB), R8
	MOVQ AX, (R8)(BX*8)
	INCQ BX
	CMPQ BX, $NSIG
	JLE signals

	MOVQ SP, ·inheritedStack(SB)

	// One processor: see oneProcessor.
	MOVQ (SP), AX
	LEAQ 16(SP)(AX*8), R8
	MOVQ (R8), AX
	TESTQ AX, AX
	JEQ start
	CMPW (AX), $0x4f47 // "GO…" is for the runtime
	JEQ start
	MOVQ AX, ·inheritedEnv0(SB)
	LEAQ ·oneProcessor(SB), AX
	MOVQ AX, (R8)
start:
	CALL netnsctl_few_files(SB)
	JMP _rt0_amd64_linux(SB)
