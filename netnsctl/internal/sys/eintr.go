package sys

import "golang.org/x/sys/unix"

// retry repeats call while a signal interrupts it. The runtime's own preemption
// signals are a common cause on slow file systems (see go.dev/issue/38033).
func retry[T any](call func() (T, error)) (T, error) {
	for {
		v, err := call()
		if err != unix.EINTR {
			return v, err
		}
	}
}

func retryErr(call func() error) error {
	_, err := retry(func() (struct{}, error) { return struct{}{}, call() })
	return err
}
