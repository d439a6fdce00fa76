package container

import "strings"

// docker reads /var/lib/docker/containers/ID/config.v2.json (moby's
// container.Container).
func docker(root string) (records []Record) {
	dir := root + "/var/lib/docker/containers/"
	for _, id := range entries(dir) {
		var c struct {
			ID, Name        string
			Config          struct{ Labels map[string]string }
			NetworkSettings struct{ SandboxKey string }
		}
		if !readJSON(dir+id+"/config.v2.json", &c) || c.ID == "" {
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
