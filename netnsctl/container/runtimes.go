package container

import (
	"encoding/json"
	"path"
	"strings"
)

// bundle is the part of an OCI runtime's config.json that we use.
type bundle struct {
	Annotations map[string]string `json:"annotations"`
	Linux       struct {
		Namespaces []struct {
			Type string `json:"type"`
			Path string `json:"path"`
		} `json:"namespaces"`
	} `json:"linux"`
}

func (b *bundle) netns() string {
	for _, ns := range b.Linux.Namespaces {
		if ns.Type == "network" {
			return ns.Path
		}
	}
	return ""
}

// first gives the value of the first of some annotations that is set.
func (b *bundle) first(keys ...string) string {
	for _, key := range keys {
		if value := b.Annotations[key]; value != "" {
			return value
		}
	}
	return ""
}

// bundles reads a bundle (config.json) of containerd's tasks. Those of moby are docker's, which
// docker has its own records of.
func bundles(runtime string) func(record) []Record {
	return func(f record) []Record {
		var b bundle
		if f.match[0] == "moby" || !f.json(f.file, &b) {
			return nil
		}
		return []Record{{
			Runtime: runtime, ID: f.match[1], Netns: b.netns(),
			Name: b.first("io.kubernetes.cri.container-name", "nerdctl/name"),
			Pod:  pod(b.first("io.kubernetes.cri.sandbox-namespace"), b.first("io.kubernetes.cri.sandbox-name")),
		}}
	}
}

// storage reads what podman and CRI-O have in containers/storage: the list containers.json and
// the bundles ID/userdata/config.json beside it, or at the same place below /run.
func storage(f record) (records []Record) {
	var all []struct {
		ID    string   `json:"id"`
		Names []string `json:"names"`
	}
	if !f.json(f.file, &all) {
		return nil
	}
	run := f.tree
	if f.account == nil {
		run = f.files.open("/run/containers/storage")
		defer run.Close()
	}
	dir := f.match[0] + "-containers/"
	for _, c := range all {
		r := Record{Runtime: "podman", ID: c.ID}
		if len(c.Names) > 0 {
			r.Name = c.Names[0]
		}
		var b bundle
		file := c.ID + "/userdata/config.json"
		_ = f.json(path.Join(path.Dir(f.file), file), &b) || run.json(dir+file, &b)
		r.Netns = b.netns()
		if b.first("io.kubernetes.cri-o.ContainerType", "io.kubernetes.cri-o.SandboxID") != "" {
			r.Runtime = "cri-o"
			r.Pod = pod(b.first("io.kubernetes.pod.namespace"), b.first("io.kubernetes.pod.name"))
			if name := b.first("io.kubernetes.container.name", "io.kubernetes.cri-o.ContainerName"); name != "" {
				r.Name = name
			}
		}
		records = append(records, r)
	}
	return records
}

// dockerContainer reads a config.v2.json (moby's container.Container).
func dockerContainer(f record) []Record {
	var c struct {
		ID, Name        string
		Config          struct{ Labels map[string]string }
		NetworkSettings struct{ SandboxKey string }
	}
	if !f.json(f.file, &c) || c.ID == "" {
		return nil
	}
	return []Record{{
		Runtime: f.runtime, ID: c.ID, Name: strings.TrimPrefix(c.Name, "/"), Netns: c.NetworkSettings.SandboxKey,
		Pod: pod(c.Config.Labels["io.kubernetes.pod.namespace"], c.Config.Labels["io.kubernetes.pod.name"]),
	}}
}

// kata reads the persist.json of a sandbox (persistapi.SandboxState).
func kata(f record) []Record {
	var s struct{ Network struct{ NetworkID string } }
	if !f.json(f.file, &s) {
		return nil
	}
	return []Record{{Runtime: "kata", ID: f.match[0], Netns: s.Network.NetworkID}}
}

// gvisor reads the state file of a container (runsc's container.Container).
func gvisor(f record) []Record {
	var c struct {
		ID   string  `json:"id"`
		Spec *bundle `json:"spec"`
	}
	if !f.json(f.file, &c) || c.ID == "" || c.Spec == nil {
		return nil
	}
	return []Record{{
		Runtime: "gvisor", ID: c.ID, Netns: c.Spec.netns(),
		Pod: pod(c.Spec.first("io.kubernetes.cri.sandbox-namespace"), c.Spec.first("io.kubernetes.cri.sandbox-name")),
	}}
}

// machine reads what systemd-machined has of a machine. One without interfaces of its own may be in
// the namespace of the host.
func machine(f record) []Record {
	text, err := f.Read(f.file, maxFile)
	values := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[key] = value
	}
	if err != nil || values["LEADER"] == "" || values["NETIF"] == "" {
		return nil
	}
	return []Record{{Runtime: f.runtime, ID: f.match[0], Name: f.match[0], Netns: "/proc/" + values["LEADER"] + "/ns/net"}}
}

// domain reads the XML of a domain, as libvirt writes it, which may share the namespace that has a
// name.
func domain(f record) []Record {
	text, err := f.Read(f.file, maxFile)
	_, rest, shares := strings.Cut(string(text), "<lxc:sharenet type='netns' value='")
	name, _, ends := strings.Cut(rest, "'")
	if err != nil || !shares || !ends {
		return nil
	}
	return []Record{{Runtime: f.runtime, ID: f.match[0], Name: f.match[0], Netns: "/var/run/netns/" + name}}
}

// isolated is the namespace of a container of Mesos.
func isolated(f record) []Record {
	return []Record{{Runtime: f.runtime, ID: f.match[0], Netns: "/run/mesos/isolators/network/cni/" + f.match[0] + "/ns"}}
}

// allocation is the directory of an allocation of Nomad, whose ID is the name of the namespace.
func allocation(f record) []Record {
	id := f.match[0]
	return []Record{{Runtime: "nomad", ID: id, Netns: "/var/run/netns/" + id}}
}

// network is a file or directory that an agent of Neutron has for a network or a router, whose
// namespaces are called by its ID.
func network(prefixes ...string) func(record) []Record {
	return func(f record) (records []Record) {
		for _, prefix := range prefixes {
			records = append(records, Record{Runtime: "neutron", ID: f.match[0], Netns: "/var/run/netns/" + prefix + f.match[0]})
		}
		return records
	}
}

func pod(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// roots are the directories in which dockers have their data, and those in which they have their
// state beside the usual /run/docker: those in the configuration and on the command line of a daemon.
type roots struct{ data, exec []string }

func (all files) roots(commandLine func(pid int) []string) roots {
	r := roots{data: []string{"/var/lib/docker", "/var/snap/docker/common/var-lib-docker"}}
	for _, pattern := range []string{"/etc/docker/daemon.json", "/var/snap/docker/*/config/daemon.json"} {
		all.each(pattern, func(f record) {
			var c struct {
				DataRoot string `json:"data-root"`
				Graph    string `json:"graph"` // before Docker 17.05
				ExecRoot string `json:"exec-root"`
			}
			if f.json(f.file, &c) {
				r.data, r.exec = append(r.data, c.DataRoot, c.Graph), append(r.exec, c.ExecRoot)
			}
		})
	}
	for _, pattern := range []string{"/run/docker.pid", "/run/snap.docker/docker.pid"} {
		all.each(pattern, func(f record) {
			var pid json.Number
			if commandLine != nil && f.json(f.file, &pid) {
				number, _ := pid.Int64()
				words := commandLine(int(number))
				r.data = append(r.data, option(words, "--data-root", "--graph", "-g"))
				r.exec = append(r.exec, option(words, "--exec-root"))
			}
		})
	}
	return r
}

// option is the value of an option on a command line.
func option(words []string, names ...string) string {
	for i, word := range words {
		for _, name := range names {
			if value, ok := strings.CutPrefix(word, name+"="); ok {
				return value
			}
			if word == name && i+1 < len(words) {
				return words[i+1]
			}
		}
	}
	return ""
}
