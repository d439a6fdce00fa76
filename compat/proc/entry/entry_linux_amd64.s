#include "textflag.h"

#define SYS_arch_prctl 158
#define ARCH_SET_FS 0x1002

// netnsctl_entry begins with the stack that execve(2) leaves. Calls of Go functions load
// g, which is NULL here, from the thread-local storage that FS points behind.
TEXT netnsctl_entry(SB),NOSPLIT|NOFRAME,$0
	MOVQ $ARCH_SET_FS, DI
	LEAQ ·noG+8(SB), SI
	MOVQ $SYS_arch_prctl, AX
	SYSCALL

	// The two words that begin moves argc down to stay free.
	MOVQ SP, AX
	SUBQ $32, SP
	MOVQ AX, (SP)
	CALL ·begin(SB)
	MOVQ 8(SP), SP
	JMP _rt0_amd64_linux(SB)

// func call(number, a, b, c, d, e uintptr) (result uintptr)
TEXT ·call(SB),NOSPLIT,$0-56
	MOVQ number+0(FP), AX
	MOVQ a+8(FP), DI
	MOVQ b+16(FP), SI
	MOVQ c+24(FP), DX
	MOVQ d+32(FP), R10
	MOVQ e+40(FP), R8
	SYSCALL
	MOVQ AX, result+48(FP)
	RET

GLOBL ·noG(SB), NOPTR, $8
