package netnsctl

import "testing"

func TestWithoutForeignServices(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "\nhosts: files dns\n",
		"passwd: files sss":             "passwd: files sss\nhosts: files dns\n",
		"hosts: files dns\n":            "hosts: files dns\n",
		"hosts:dns files\n":             "hosts: dns files\n",
		"hosts: resolve\n":              "hosts: dns\n",
		"\thosts : files mdns4\n":       "hosts: files dns\n",
		"hosts: files dns # resolve\n":  "hosts: files dns\n",
		"#hosts: resolve\nhosts: dns\n": "#hosts: resolve\nhosts: dns\n",
		"hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n":    "hosts: files myhostname dns\n",
		"hosts: files[NOTFOUND=return  SUCCESS=continue]resolve[ !a=b ] dns\n":  "hosts: files [NOTFOUND=return SUCCESS=continue] dns\n",
		"hosts: files mdns4_minimal [NOTFOUND=return] dns\nnetworks: nis files": "hosts: files dns\nnetworks: files\n",
	} {
		if got := withoutForeignServices(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
