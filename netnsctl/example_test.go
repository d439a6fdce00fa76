package netnsctl_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"syscall"

	"github.com/vishvananda/netlink"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// A name is added and deleted as by ip-netns(8). Errors are compared by errors.Is.
func Example() {
	var host netnsctl.Host // the machine: names are in /run/netns
	if err := host.Add("blue"); err != nil {
		log.Fatal(err)
	}
	again := host.Add("blue")
	fmt.Println(again, errors.Is(again, syscall.EEXIST))
	names, err := host.Names()
	fmt.Println(names, err)
	fmt.Println(host.Delete("blue"))
	fmt.Println(host.Delete("../blue"))
	// Output:
	// create name /run/netns/blue: file exists true
	// [blue] <nil>
	// <nil>
	// remove name /run/netns/../blue: invalid name
}

// With LoopbackUp, programs inside can use 127.0.0.1 and ::1 as soon as the name is there.
func ExampleHost_Add() {
	host := netnsctl.Host{LoopbackUp: true}
	if err := host.Add("blue"); err != nil {
		log.Fatal(err)
	}
	defer host.Delete("blue")
	err := host.Do("blue", func() error {
		listener, err := net.Listen("tcp4", "127.0.0.1:80")
		if err != nil {
			return err
		}
		defer listener.Close()
		_, err = net.Dial("tcp4", "127.0.0.1:80")
		return err
	})
	fmt.Println(err)
	// Output:
	// <nil>
}

// A command runs in a namespace that is gone when it has ended.
func ExampleHost_RunNew() {
	var host netnsctl.Host
	ls := []string{"ls", "/sys/class/net"}
	ended, err := host.RunNew(ls, netnsctl.Setup{Up: true}, nil, os.Stdout, os.Stderr)
	fmt.Println("status", ended.Code, err)
	// Output:
	// lo
	// status 0 <nil>
}

// A listener that is opened inside stays there and may be used by any goroutine.
func ExampleHost_Do() {
	var host netnsctl.Host
	if err := host.Add("blue"); err != nil {
		log.Fatal(err)
	}
	defer host.Delete("blue")
	var inside net.Listener
	err := host.Do("blue", func() (err error) {
		interfaces, err := net.Interfaces()
		if err != nil {
			return err
		}
		fmt.Println(len(interfaces), "interface:", interfaces[0].Name)
		inside, err = net.Listen("tcp4", ":8080")
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	defer inside.Close()
	fmt.Println(inside.Addr())
	// Output:
	// 1 interface: lo
	// 0.0.0.0:8080
}

// A handle can be passed to vishvananda/netlink as it is.
func ExampleHost_Open() {
	var host netnsctl.Host
	if err := host.Add("blue"); err != nil {
		log.Fatal(err)
	}
	defer host.Delete("blue")
	ns, err := host.Open("blue")
	if err != nil {
		log.Fatal(err)
	}
	defer ns.Close()
	blue, err := netlink.NewHandleAt(ns)
	if err != nil {
		log.Fatal(err)
	}
	defer blue.Close()
	lo, err := blue.LinkByName("lo")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lo.Attrs().Name, lo.Attrs().OperState)
	// Output: lo down
}

// The watcher tells of names that come and go, whoever makes them.
func ExampleHost_Watch() {
	var host netnsctl.Host
	watcher, err := host.Watch()
	if err != nil {
		log.Fatal(err)
	}
	defer watcher.Close()
	go func() {
		if err := host.Add("blue"); err == nil {
			host.Delete("blue")
		}
	}()
	for deleted := false; !deleted; {
		events, err := watcher.Next(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		for _, e := range events {
			fmt.Println(e.Name, "deleted:", e.Deleted)
			deleted = e.Deleted
		}
	}
	// Output:
	// blue deleted: false
	// blue deleted: true
}

// An orphan has no name and no process, but something keeps it alive: here a mount.
func Example_orphans() {
	var host netnsctl.Host
	leak(host, "/run/leak")
	defer syscall.Unmount("/run/leak", 0)
	snap, err := discover.Scan(host, discover.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer snap.Close()
	for _, ns := range snap.Namespaces {
		if ns.Verdict != discover.Orphan {
			continue
		}
		for _, pin := range ns.Pins {
			fmt.Println("orphan, pinned by:", pin)
		}
	}
	// Output: orphan, pinned by: mount /run/leak
}

// A clean-up is planned first, from a scan. Each step then makes sure that its subject is
// still what it was. Without targets a plan has every stale name and those orphans that
// nobody but `ip netns` can have made.
func Example_cleanUp() {
	var host netnsctl.Host
	leak(host, "/run/leak")
	snap, err := discover.Scan(host, discover.Options{Everything: true, Hold: true, Files: true})
	if err != nil {
		log.Fatal(err)
	}
	defer snap.Close()
	plan, err := clean.Make(snap, clean.Request{Targets: []string{"/run/leak"}})
	if err != nil {
		log.Fatal(err) // a part of the host cannot be seen, so nothing may be called unused
	}
	for _, step := range plan.Steps {
		fmt.Println("plan:", step.Action, len(step.Mounts), "mount")
	}
	plan.Apply(context.Background(), snap, func(r clean.Result) { fmt.Println("done:", r.Outcome, r.Err) })
	// Output:
	// plan: release 1 mount
	// done: released <nil>
}

// leak makes an orphaned namespace, which a mount pins.
func leak(host netnsctl.Host, path string) {
	if err := host.Add("blue"); err != nil {
		log.Fatal(err)
	}
	defer host.Delete("blue")
	if err := os.WriteFile(path, nil, 0o400); err != nil {
		log.Fatal(err)
	}
	if err := syscall.Mount(host.NamePath("blue"), path, "", syscall.MS_BIND, ""); err != nil {
		log.Fatal(err)
	}
}
