package inside

import (
	"errors"
	"reflect"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestReadWithoutScratch: without a scratch namespace, Read finds the same as with it, but
// for namespaces that only devices lead to.
func TestReadWithoutScratch(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `
for name in a b c d e; do ip netns add $name; done
ip -n a link add v0 type veth peer name v1 netns b
ip -n a link add w0 type veth peer name w1 netns d
ip -n a link add w2 type veth peer name w3 netns d
ip -n a link add local0 type veth peer name local1
ip -n b link add link v1 name mac0 netns c type macvlan
ip -n c addr add 10.1.2.3/24 dev lo`)
		given := open(t, "a", "b", "c", "e")
		given = append(given, -1)
		want := Read(given, Wanted{Devices: true, Addresses: true})
		r := newReader(given, Wanted{Devices: true, Addresses: true})
		r.view = &view{Scratch: Scratch{err: unix.ENOSPC}}
		r.readAll()
		got := r.result
		if len(got) != 6 || len(want) != 6 {
			t.Fatalf("%d and %d namespaces: the sixth is the one of w1", len(got), len(want))
		}
		for i := range given {
			if got[i].Err != nil {
				t.Error(i, got[i].Err)
			}
			got[i].Err, want[i].Err = nil, nil
			if !reflect.DeepEqual(want[i], got[i]) {
				t.Errorf("namespace %d: with\n%+v\nwithout\n%+v", i, want[i], got[i])
			}
		}
		if !errors.Is(got[5].Err, errUnread) || len(got[5].Devices) > 0 {
			t.Errorf("the namespace of w1: %+v", got[5])
		}
		full := Scratch{err: unix.ENOSPC}
		defer full.Close()
		devices, err := full.Devices(given[1])
		if err != nil || len(devices) != 2 || devices[1].Name != "v1" {
			t.Errorf("devices of b: %+v, %v", devices, err)
		}
		addresses, err := full.Addresses(given[2])
		if err != nil || len(addresses) != 1 || addresses[0].Prefix.String() != "10.1.2.3/24" {
			t.Errorf("addresses of c: %+v, %v", addresses, err)
		}
	})
}
