package textjson_test

import (
	"encoding/json"
	"fmt"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// A program decodes what "netnsctl list --stale --json" printed on another host.
func Example() {
	const printed = `{"namespaces":[{"id":"net:[4026532177]","ino":4026532177,"dev":4,"cookie":41,"names":[],
		"state":"orphan","reason":"held by mount /run/c/ns","age_seconds":7200,"owner":{"runtime":"docker"},
		"pins":[{"kind":"mount","mount":{"mount_namespace":4026531841,"path":"/run/c/ns","host":true,"covered":false}}]}],
		"names":[{"name":{"text":"web\ufffd","bytes":"d2Vi/w=="},"state":"stale","cause":"dead-file","file":"file"}],
		"not_seen":[{"what":"processes not readable","count":4,"grave":true}]}`
	var snap discover.Snapshot
	if err := json.Unmarshal([]byte(printed), &snap); err != nil {
		fmt.Println(err)
		return
	}
	for _, ns := range snap.Namespaces {
		fmt.Println(ns, ns.Verdict, *ns.AgeSeconds, ns.Owner.Runtime, ns.Pins[0].Mount.Path)
	}
	fmt.Printf("%q %s %v\n", snap.Names[0].Name, snap.Names[0].Cause, snap.Gaps[0])
	// Output:
	// net:[4026532177] orphan 7200 docker /run/c/ns
	// "web\xff" dead-file processes not readable: 4
}
