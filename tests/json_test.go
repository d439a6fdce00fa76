package tests

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// TestJSONTypes: a Go program can decode what the commands print into the exported types,
// and these encode to the same bytes. One name, and the path of one mount, are not valid
// UTF-8.
func TestJSONTypes(t *testing.T) {
	t.Parallel()
	w := newWiredWorld(t)
	w.shell(`odd=$(printf '/run/netns/<odd\377>'); : >"$odd"; mount --bind /run/netns/blue "$odd"
		: >/run/netns/dead; ln -s "$(printf '/none\377')" /run/netns/dangling; netnsctl set br 7
		mkdir -p "$(printf '/etc/netns/<odd\377>')"; echo x >"$(printf '/etc/netns/<odd\377>/hosts')"
		$HOLD tun; $HOLD flight; $HOLD tree:/run/t
		netnsctl add leak; elsewhere 'odd=$(printf "/run/c/odd\377"); mkdir -p /run/c; : >"$odd"; mount --bind /run/netns/leak "$odd"'
		netnsctl delete leak`)
	for _, c := range []struct {
		words string
		into  any
	}{
		{"list --all-namespaces", new(discover.Snapshot)},
		{"list --stale", new(discover.Snapshot)},
		{"find v0 peer:* tcp:8080 nosuch 10.1.0.77 name:*odd*", new(find.Result)},
		{"inspect blue red br host", new(inspect.Document)},
		{"graph --all", new(wiring.Document)},
		{"graph blue", new(wiring.Document)},
		{"delete --force-orphans --dry-run", new(clean.Report)},
		{"delete --force-orphans --dry-run --min-age 0 nosuch dead blue", new(clean.Report)},
		{"delete --force-orphans --min-age 0", new(clean.Report)},
	} {
		printed := w.run(append([]string{"-j"}, strings.Fields(c.words)...)...)
		if err := json.Unmarshal([]byte(printed.stdout), c.into); err != nil {
			t.Errorf("%s: %v in %s%s", c.words, err, printed.stdout, printed.stderr)
			continue
		}
		var again strings.Builder
		e := json.NewEncoder(&again)
		e.SetEscapeHTML(false)
		if err := e.Encode(c.into); err != nil || again.String() != printed.stdout {
			t.Errorf("%s, %v:\n%s\nbecame\n%s", c.words, err, printed.stdout, again.String())
		}
	}
	var list discover.Snapshot
	if err := json.Unmarshal([]byte(w.run("-j", "list", "--idle").stdout), &list); err != nil {
		t.Fatal(err)
	}
	for _, ns := range list.Namespaces {
		if want := []string{"<odd\xff>", "blue"}; strings.Contains(strings.Join(ns.Names, " "), "blue") && !reflect.DeepEqual(ns.Names, want) {
			t.Errorf("the names %q, want %q", ns.Names, want)
		}
	}
}
