package container

import "strings"

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

// storage reads the bundles of podman and CRI-O, which are in containers/storage:
// the list overlay-containers/containers.json and the files ID/userdata/config.json.
func storage(root string) (records []Record) {
	const under = "/containers/storage/overlay-containers"
	var all []struct {
		ID    string   `json:"id"`
		Names []string `json:"names"`
	}
	var trees []tree
	for _, dir := range []string{"/var/lib", "/run", "/var/run"} {
		t := openTree(root + dir + under)
		defer t.Close()
		trees = append(trees, t)
	}
	if !trees[0].json("containers.json", &all) {
		return nil
	}
	for _, c := range all {
		r := Record{Runtime: "podman", ID: c.ID}
		if len(c.Names) > 0 {
			r.Name = c.Names[0]
		}
		var b bundle
		for _, t := range trees {
			if t.json(c.ID+"/userdata/config.json", &b) {
				break
			}
		}
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

// containerd reads the bundles of containerd's tasks. Each directory is one of its
// namespaces; the records of moby are docker's, which docker reads.
func containerd(root string) (records []Record) {
	t := openTree(root + "/run/containerd/io.containerd.runtime.v2.task")
	defer t.Close()
	for _, namespace := range t.entries("") {
		if namespace == "moby" {
			continue
		}
		for _, id := range t.entries(namespace) {
			var b bundle
			if !t.json(namespace+"/"+id+"/config.json", &b) {
				continue
			}
			records = append(records, Record{
				Runtime: "containerd", ID: id, Netns: b.netns(),
				Name: b.first("io.kubernetes.cri.container-name", "nerdctl/name"),
				Pod:  pod(b.first("io.kubernetes.cri.sandbox-namespace"), b.first("io.kubernetes.cri.sandbox-name")),
			})
		}
	}
	return records
}

// docker reads /var/lib/docker/containers/ID/config.v2.json (moby's
// container.Container).
func docker(root string) (records []Record) {
	t := openTree(root + "/var/lib/docker/containers")
	defer t.Close()
	for _, id := range t.entries("") {
		var c struct {
			ID, Name        string
			Config          struct{ Labels map[string]string }
			NetworkSettings struct{ SandboxKey string }
		}
		if !t.json(id+"/config.v2.json", &c) || c.ID == "" {
			continue
		}
		records = append(records, Record{
			Runtime: "docker", ID: c.ID, Name: strings.TrimPrefix(c.Name, "/"), Netns: c.NetworkSettings.SandboxKey,
			Pod: pod(c.Config.Labels["io.kubernetes.pod.namespace"], c.Config.Labels["io.kubernetes.pod.name"]),
		})
	}
	return records
}

func pod(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}
