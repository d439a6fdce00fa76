#include "textflag.h"

#define SYS_rt_sigaction 13
#define SYS_rt_sigprocmask 14
#define SYS_fcntl 72
#define SYS_unshare 272
#define SYS_prlimit64 302
#define F_GETFD 1
#define NSIG 64
#define RLIMIT_NOFILE 7
#define CLONE_NEWUSER 0x10000000

// netnsctl_entry begins with the stack that execve(2) leaves: argc, argv…, NULL,
// envp…, NULL, auxv. There is no Go stack yet: structs are written below the stack
// pointer.
TEXT netnsctl_entry(SB),NOSPLIT|NOFRAME,$0
	MOVQ $0, BX
fds:
	MOVQ BX, DI
	MOVQ $F_GETFD, SI
	MOVQ $SYS_fcntl, AX
	SYSCALL
	LEAQ ·fdFlags(SB), R8
	MOVQ AX, (R8)(BX*8)
	INCQ BX
	CMPQ BX, $3
	JLT fds

	MOVQ $0, DI
	MOVQ $0, SI
	LEAQ ·mask(SB), DX
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
	LEAQ ·actions(SB), R8
	MOVQ AX, (R8)(BX*8)
	INCQ BX
	CMPQ BX, $NSIG
	JLE signals

	// Where argv[0] asks for it, the process gets a user namespace.
	MOVQ 8(SP), AX
	TESTQ AX, AX
	JEQ limit
	CMPB (AX), $1
	JNE limit
	MOVQ $CLONE_NEWUSER, DI
	MOVQ $SYS_unshare, AX
	SYSCALL
	MOVQ AX, ·userNamespace(SB)

limit:
	// The limit of open files becomes 3, the hard limit permitting.
	MOVQ $0, DI
	MOVQ $RLIMIT_NOFILE, SI
	MOVQ $0, DX
	LEAQ ·openFiles(SB), R10
	MOVQ $SYS_prlimit64, AX
	SYSCALL
	MOVQ ·openFiles+8(SB), AX
	CMPQ AX, $3
	JCS variable
	MOVQ $3, -16(SP)
	MOVQ AX, -8(SP)
	MOVQ $0, DI
	MOVQ $RLIMIT_NOFILE, SI
	LEAQ -16(SP), DX
	MOVQ $0, R10
	MOVQ $SYS_prlimit64, AX
	SYSCALL

variable:
	// Argc, argv and their NULL move down by a word. What becomes free is the first
	// word of the environment for the runtime.
	MOVQ (SP), CX
	ADDQ $2, CX
	MOVQ SP, SI
	LEAQ -8(SP), DI
	CLD
	REP; MOVSQ
	MOVQ SI, ·env(SB)
	LEAQ ·oneProcessor(SB), AX
	MOVQ AX, (DI)
	SUBQ $8, SP
	JMP _rt0_amd64_linux(SB)

TEXT ·restoreOpenFiles(SB),NOSPLIT,$0-0
	MOVQ $0, DI
	MOVQ $RLIMIT_NOFILE, SI
	LEAQ ·openFiles(SB), DX
	MOVQ $0, R10
	MOVQ $SYS_prlimit64, AX
	SYSCALL
	RET
