package netnstest_test

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/netnstest"
)

// Did my test leak? The namespace of a name that is not deleted, of a handle that is not
// closed or of a process that is not ended fails this test.
func ExampleNoLeaks() {
	var t *testing.T // the parameter of a test function

	netnstest.Sandbox(t, func(t *testing.T) {
		netnstest.NoLeaks(t)
		var host netnsctl.Host
		if err := host.Add("blue"); err != nil {
			t.Fatal(err)
		}
		defer host.Delete("blue")
		err := host.Do("blue", func() error {
			return nil // what is tested, inside
		})
		if err != nil {
			t.Error(err)
		}
	})
}
