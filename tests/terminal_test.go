package tests

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a program on a pseudo-terminal, and what it has shown.
type terminal struct {
	t      *testing.T
	file   *os.File
	screen chan string
	seen   string
}

// startTerminal runs a program for the time of a test, on a terminal of 120 columns.
func startTerminal(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	return startTerminalOf(t, cmd, 120)
}

// startTerminalOf runs a program for the time of a test, on a terminal of so many
// columns.
func startTerminalOf(t *testing.T, cmd *exec.Cmd, columns uint16) *terminal {
	t.Helper()
	file, name, err := openTerminal()
	if err != nil {
		unable(t, "no pseudo-terminal: ", err)
	}
	slave, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		unable(t, "no pseudo-terminal: ", err)
	}
	unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns})
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, file: file, screen: make(chan string, 100)}
	go term.read()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		file.Close()
		for range term.screen {
		}
	})
	return term
}

// startShell runs a command of a shell on a terminal, which shows its status then.
func (w *machine) startShell(command string) *terminal {
	w.t.Helper()
	cmd := exec.Command("/bin/sh", "-c", command+`; echo "status $?"`)
	cmd.Env = w.env
	return startTerminal(w.t, cmd)
}

// openTerminal is posix_openpt(3) with what follows it.
func openTerminal() (*os.File, string, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", err
	}
	file := os.NewFile(uintptr(fd), "/dev/ptmx")
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, "", err
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	return file, fmt.Sprintf("/dev/pts/%d", number), err
}

func (term *terminal) read() {
	defer close(term.screen)
	buffer := make([]byte, 4096)
	for {
		n, err := term.file.Read(buffer)
		if n > 0 {
			term.screen <- string(buffer[:n])
		}
		if err != nil {
			return
		}
	}
}

// controls are what a shell sends to move the cursor and to colour.
var controls = regexp.MustCompile("\x1b\\[[0-9;?>=]*[a-zA-Z]|\x1b\\][^\a\x1b]*(\a|\x1b\\\\)|\x1b[()][A-Z0-9]|\x1b[=>78M]|[\x00\x07\x08\r]|.\x08")

// expect waits until the screen has shown a text since the last one.
func (term *terminal) expect(text string) bool {
	term.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		shown := controls.ReplaceAllString(term.seen, "")
		if _, rest, found := strings.Cut(shown, text); found {
			term.seen = rest
			return true
		}
		select {
		case more, ok := <-term.screen:
			if !ok {
				term.t.Errorf("the program has ended; no %q in %q", text, shown)
				return false
			}
			term.seen += more
		case <-deadline:
			term.t.Errorf("no %q in %q", text, shown)
			return false
		}
	}
}

// rest is all that the program shows until it ends.
func (term *terminal) rest() string {
	term.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case more, ok := <-term.screen:
			if !ok {
				return term.seen
			}
			term.seen += more
		case <-deadline:
			term.t.Errorf("the program has not ended; it has shown %q", term.seen)
			return term.seen
		}
	}
}

func (term *terminal) send(keys string) { term.file.WriteString(keys) }
