package draw

import (
	"fmt"
	"math/rand/v2"
)

func veth(name string, facts ...string) *Row { return &Row{Name: name, Kind: "veth", Facts: facts} }

func bridge(name string, facts []string, ports ...*Row) *Row {
	return &Row{Name: name, Kind: "bridge", Facts: facts, Ports: ports}
}

func pair(a, b *Row) Line { return Line{Pair, a, b} }

// twoBoxes is the picture of every tutorial.
func twoBoxes() *Picture {
	a, b := veth("eth0", "192.0.2.1/24"), veth("eth0", "192.0.2.2/24")
	return &Picture{
		Boxes: []*Box{
			{Title: "left", Note: "net:[4026532177], idle", Rows: []*Row{a}},
			{Title: "right", Note: "net:[4026532242], idle", Rows: []*Row{b}},
		},
		Lines: []Line{pair(a, b)},
	}
}

// star is a host with a bridge and so many containers.
func star(n int) *Picture {
	host := &Box{Title: "host", Note: "net:[4026531840], pid 1", Own: true}
	br := bridge("docker0", []string{"172.17.0.1/16"})
	host.Rows = []*Row{{Name: "eth0", Kind: "physical", Facts: []string{"198.51.100.7/24", "2001:db8::7/64"}}, br}
	p := &Picture{Boxes: []*Box{host}}
	for i := range n {
		near := veth(fmt.Sprintf("veth%06x", i*7919))
		far := veth("eth0", fmt.Sprintf("172.17.0.%d/16", i+2))
		br.Ports = append(br.Ports, near)
		p.Boxes = append(p.Boxes, &Box{
			Title: fmt.Sprintf("net:[40265321%02d]", i), Note: "container 3f2a9c0b11d4, pid 4711 (nginx)", Rows: []*Row{far},
		})
		p.Lines = append(p.Lines, pair(near, far))
	}
	return p
}

// router has two bridges with two namespaces each.
func router() *Picture {
	r := &Box{Title: "router", Note: "net:[4026532300], idle"}
	p := &Picture{Boxes: []*Box{r}}
	for i := range 2 {
		br := bridge(fmt.Sprintf("br%d", i), []string{fmt.Sprintf("10.%d.0.1/24", i)})
		r.Rows = append(r.Rows, br)
		for k := range 2 {
			near := veth(fmt.Sprintf("p%d%d", i, k))
			far := veth("eth0", fmt.Sprintf("10.%d.0.%d/24", i, k+2))
			br.Ports = append(br.Ports, near)
			p.Boxes = append(p.Boxes, &Box{Title: fmt.Sprintf("h%d%d", i, k), Note: fmt.Sprintf("net:[402653231%d]", 2*i+k), Rows: []*Row{far}})
			p.Lines = append(p.Lines, pair(near, far))
		}
	}
	return p
}

// mixed has a tunnel, carried and down devices, and ends that cannot be seen.
func mixed() *Picture {
	eth0 := &Row{Name: "eth0", Kind: "physical", Facts: []string{"198.51.100.7/24"}}
	vlan := &Row{Name: "eth0.5", Kind: "vlan 5"}
	mv := &Row{Name: "mv0", Kind: "macvlan bridge", Facts: []string{"198.51.100.8/24"}}
	u1, u2 := veth("u1", "192.0.2.1/30"), veth("u2", "192.0.2.2/30")
	x1 := &Row{Name: "vx42", Kind: "vxlan 42", Facts: []string{"remote 192.0.2.2:4789", "10.42.0.1/24"}}
	x2 := &Row{Name: "vx42", Kind: "vxlan 42", Facts: []string{"remote 192.0.2.1:4789", "10.42.0.2/24"}}
	lost := &Row{Name: "veth9", Kind: "veth", State: "down", Alert: "veth pair with device 7 in web (could not be read)"}
	return &Picture{
		Boxes: []*Box{
			{Title: "host", Note: "net:[4026531840]", Own: true, Rows: []*Row{eth0, vlan, u1, x1, lost}},
			{Title: "blue", Note: "net:[4026532177], idle", Rows: []*Row{mv}},
			{Title: "far", Note: "net:[4026532178], idle", Rows: []*Row{u2, x2}},
			{Title: "alone", Note: "net:[4026532179], idle", Rows: []*Row{{Name: "dummy0", Kind: "dummy", State: "down"}}},
			{Title: "closed", Note: "net:[4026532180]", Alert: "devices not readable: operation not permitted"},
		},
		Lines: []Line{{Over, vlan, eth0}, {Over, mv, eth0}, pair(u1, u2), {Over, x1, u1}, {Over, x2, u2}, {Tunnel, x1, x2}},
		Notes: []string{"3 namespaces with nothing in them are not shown (use --all)"},
	}
}

// lab has two bridges, six namespaces, seven pairs, two vxlan devices and a macvlan.
func lab() *Picture {
	p := &Picture{}
	box := func(title string, rows ...*Row) {
		p.Boxes = append(p.Boxes, &Box{Title: title, Note: "net:[4026532177], idle", Own: title == "host", Rows: rows})
	}
	wire := func(kind LineKind, from, to *Row) { p.Lines = append(p.Lines, Line{kind, from, to}) }
	vxlan := func() *Row {
		return &Row{Name: "vx42", Kind: "vxlan 42", State: "off", Facts: []string{"remote 192.0.2.2"}}
	}
	web, db, cache, gw := veth("v-web"), veth("v-db"), veth("v-cache"), veth("v-gw", "172.16.0.1/30")
	br0 := bridge("br0", []string{"10.0.0.254/24"}, web, db, cache)
	toLeft, toDB, uplink := veth("to-left"), veth("to-db"), veth("uplink", "172.16.0.2/30")
	left, right, lan := veth("eth0", "192.0.2.1/24"), veth("eth0", "192.0.2.2/24"), veth("lan", "10.1.0.4/24")
	vxLeft, vxRight := vxlan(), vxlan()
	webEth, dbEth, dbLan, cacheEth := veth("eth0", "10.0.0.1/24"), veth("eth0", "10.0.0.2/24"), veth("lan"), veth("eth0")
	macvlan := &Row{Name: "mv0", Kind: "macvlan bridge"}
	box("host", br0, gw)
	box("cache", cacheEth)
	box("db", dbEth, dbLan)
	box("gw", bridge("br1", []string{"10.1.0.254/24"}, toLeft, toDB), uplink)
	box("left", left, vxLeft, lan)
	box("right", right, vxRight)
	box("web", webEth, macvlan)
	for _, ends := range [][2]*Row{{web, webEth}, {db, dbEth}, {cache, cacheEth}, {gw, uplink}, {toLeft, lan}, {toDB, dbLan}, {left, right}} {
		wire(Pair, ends[0], ends[1])
	}
	wire(Over, vxLeft, left)
	wire(Over, vxRight, right)
	wire(Over, macvlan, br0)
	wire(Tunnel, vxLeft, vxRight)
	return p
}

// edge has hosts of which only some devices are shown.
func edge() *Picture {
	near := veth("v-web1")
	far := veth("eth0", "10.0.0.1/24")
	nk, peer := &Row{Name: "nk0", Kind: "netkit"}, &Row{Name: "nk1", Kind: "netkit", Facts: []string{"carries mv0 in web2"}}
	return &Picture{
		Boxes: []*Box{
			{Title: "host", Own: true, Rows: []*Row{bridge("br0", []string{"10.0.0.254/24"}, near)}, More: "38 more devices"},
			{Title: "web1", Rows: []*Row{far, nk}},
			{Title: "pod", Rows: []*Row{peer}, More: "1 more device", Alert: "not read: list addresses: operation not permitted"},
			{Title: "none", More: "2 more devices"},
		},
		Lines: []Line{pair(near, far), pair(nk, peer)},
		Notes: []string{"39 more connected namespaces are not shown (use --depth 2 or --all)"},
	}
}

// mesh joins each of n boxes with every other.
func mesh(n int) *Picture {
	p := &Picture{}
	for i := range n {
		p.Boxes = append(p.Boxes, &Box{Title: fmt.Sprintf("r%d", i), Note: "idle"})
		for j := range i {
			a, b := veth(fmt.Sprintf("to-r%d", j)), veth(fmt.Sprintf("to-r%d", i))
			p.Boxes[i].Rows = append(p.Boxes[i].Rows, a)
			p.Boxes[j].Rows = append(p.Boxes[j].Rows, b)
			p.Lines = append(p.Lines, pair(a, b))
		}
	}
	return p
}

// chain is a row of routers.
func chain(n int) *Picture {
	p := &Picture{}
	var last *Row
	for i := range n {
		b := &Box{Title: fmt.Sprintf("hop%d", i), Note: "idle"}
		if last != nil {
			west := veth("west", fmt.Sprintf("10.0.%d.2/30", i-1))
			b.Rows = append(b.Rows, west)
			p.Lines = append(p.Lines, pair(last, west))
		}
		last = veth("east", fmt.Sprintf("10.0.%d.1/30", i))
		if i < n-1 {
			b.Rows = append(b.Rows, last)
		}
		p.Boxes = append(p.Boxes, b)
	}
	return p
}

// odd has names with everything that has a meaning somewhere.
func odd() *Picture {
	long := "a-namespace-with-a-name-that-is-much-longer-than-anybody-would-like-to-read-or-type"
	name := `a<b>&"c" 'd'\n{x}[y]|z;#1 ` + "`m` *n* _o_ %%{}%% -- %s 日本語"
	a, b := veth(`<&>"\`), veth("e;nd", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128", "fact <b>")
	return &Picture{
		Boxes: []*Box{{Title: name, Note: "end", Rows: []*Row{a}}, {Title: long, Note: "]]>", Rows: []*Row{b}}, {Title: "end", Note: "subgraph"}},
		Lines: []Line{pair(a, b)},
		Notes: []string{"a note %%{init: {}}%% -- </svg>"},
	}
}

func fixtures() map[string]*Picture {
	return map[string]*Picture{
		"two": twoBoxes(), "star3": star(3), "star10": star(10), "star40": star(40), "router": router(),
		"mixed": mixed(), "lab": lab(), "edge": edge(), "mesh4": mesh(4), "mesh8": mesh(8), "chain10": chain(10), "odd": odd(), "empty": {},
	}
}

// random has lines between any devices, within a box too.
func random(seed uint64) *Picture {
	r := rand.New(rand.NewPCG(seed, 1))
	p := &Picture{}
	var rows []*Row
	for i := range 1 + r.IntN(14) {
		b := &Box{Title: fmt.Sprint("box", i)}
		if i%3 == 0 {
			b.More = "7 more devices"
		}
		for k := range r.IntN(6) {
			row := veth(fmt.Sprint("dev", k), "10.0.0.1/8", "10.0.0.2/8")
			row.Facts = row.Facts[r.IntN(3):]
			rows = append(rows, row)
			if last := len(b.Rows) - 1; last >= 0 && r.IntN(3) == 0 {
				b.Rows[last].Ports = append(b.Rows[last].Ports, row)
			} else {
				b.Rows = append(b.Rows, row)
			}
		}
		p.Boxes = append(p.Boxes, b)
	}
	for range r.IntN(2 + 2*len(rows)) {
		from, to := rows[r.IntN(len(rows))], rows[r.IntN(len(rows))]
		if from != to {
			p.Lines = append(p.Lines, Line{lineKinds()[r.IntN(3)], from, to})
		}
	}
	return p
}

func pictures() map[string]*Picture {
	all := fixtures()
	for seed := range uint64(60) {
		all[fmt.Sprint("random", seed)] = random(seed)
	}
	return all
}
