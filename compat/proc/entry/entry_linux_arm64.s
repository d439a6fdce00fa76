#include "textflag.h"

// netnsctl_entry begins with the stack that execve(2) leaves. Register g is NULL. See
// entry_linux_amd64.s.
TEXT netnsctl_entry(SB),NOSPLIT|NOFRAME,$0
	MOVD RSP, R0
	SUB $48, RSP
	MOVD R0, 8(RSP)
	BL ·begin(SB)
	MOVD 16(RSP), R0
	MOVD R0, RSP
	B _rt0_arm64_linux(SB)

// func call(number, a, b, c, d, e uintptr) (result uintptr)
TEXT ·call(SB),NOSPLIT,$0-56
	MOVD number+0(FP), R8
	MOVD a+8(FP), R0
	MOVD b+16(FP), R1
	MOVD c+24(FP), R2
	MOVD d+32(FP), R3
	MOVD e+40(FP), R4
	SVC
	MOVD R0, result+48(FP)
	RET
