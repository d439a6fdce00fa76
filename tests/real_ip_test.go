package tests

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// realIP is the installed ip, or empty.
var realIP string

// noIPReason says why there is none.
var noIPReason string

// installIP finds the real ip; root on a Debian machine without one installs it.
func installIP() {
	if realIP = os.Getenv("NETNSCTL_TEST_IP"); realIP != "" {
		return
	}
	if findIP(); realIP != "" {
		return
	}
	noIPReason = "no ip in PATH"
	if os.Geteuid() != 0 || os.Getenv(userNamespaceVariable) != "" {
		return
	}
	out, err := exec.Command("apt-get", "install", "-y", "iproute2").CombinedOutput()
	if err != nil {
		noIPReason += fmt.Sprintf("; apt-get install iproute2: %v %s", err, lastLine(out))
		return
	}
	findIP()
}

func findIP() {
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/bin", "/bin"} {
		if info, err := os.Stat(dir + "/ip"); err == nil && info.Mode().IsRegular() {
			realIP = dir + "/ip"
			return
		}
	}
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

var versionText = regexp.MustCompile(`iproute2-(?:v|ss)?(\d+)\.(\d+)`)

// ipVersion is that of the real ip, as 1000 for every major and 1 for every
// minor number.
func ipVersion() int { return readVersion() }

var readVersion = sync.OnceValue(func() int {
	out, err := exec.Command(realIP, "-V").Output()
	if err != nil {
		return 0
	}
	return parseVersion(string(out))
})

func parseVersion(text string) int {
	m := versionText.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	return major*1000 + minor
}
