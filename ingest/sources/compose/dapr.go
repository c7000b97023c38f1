package compose

import (
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// Labels of a service with a sidecar of Dapr, named after the annotations of pods.
const (
	daprEnabled = "dapr.io/enabled"
	daprAppID   = "dapr.io/app-id"
)

// sidecar is a service that runs Dapr's sidecar.
type sidecar struct {
	app string // the id of its application; "" is not said
	of  string // the service whose network it shares, in lower case; "" is its own
}

// findSidecars notes the services that run Dapr's sidecar. Of a service that is written
// in several files one may say its command and another its network.
func (p *project) findSidecars() {
	p.sidecars = map[string]sidecar{}
	for _, d := range p.docs {
		for key, v := range d.services().Fields() {
			args := p.words(v, "entrypoint", "command")
			if image := repository(p.fill(v.Get("image").Text())); !strings.HasSuffix(image, "/daprd") && !runsDapr(args) {
				continue
			}
			p.sidecars[strings.ToLower(key.Text)] = sidecar{}
		}
	}
	for _, d := range p.docs {
		for key, v := range d.services().Fields() {
			name := strings.ToLower(key.Text)
			s, is := p.sidecars[name]
			if !is {
				continue
			}
			if id := flagValue(p.words(v, "entrypoint", "command"), "app-id"); id != "" {
				s.app = id
			}
			if of, shares := strings.CutPrefix(p.fill(v.Get("network_mode").Text()), "service:"); shares {
				s.of = strings.ToLower(of)
			}
			p.sidecars[name] = s
		}
	}
}

// words returns the command line that fields of a service make.
func (p *project) words(v strict.Value, fields ...string) []string {
	var out []string
	for _, field := range fields {
		value := v.Get(field)
		out = append(out, strings.Fields(p.fill(value.Text()))...)
		for item := range value.Items() {
			out = append(out, p.fill(item.Text()))
		}
	}
	return out
}

func runsDapr(args []string) bool {
	return len(args) > 0 && (args[0] == "daprd" || strings.HasSuffix(args[0], "/daprd"))
}

// flagValue returns the value of "-name value" or "--name=value".
func flagValue(args []string, name string) string {
	for i, arg := range args {
		flag, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case flag != name || arg == flag:
		case given:
			return value
		case i+1 < len(args):
			return args[i+1]
		}
	}
	return ""
}

// speaksDapr gives a service what its sidecar reads, and the labels by which a component
// selects it: the two share a network, as the containers of a pod do, and what keeps
// the sidecar from coming up takes the application's calls along.
func (s *service) speaksDapr(def *link.Definition) {
	label := func(app string) {
		def.Node.Labels = map[string]string{daprEnabled: "true"}
		if app != "" {
			def.Node.Labels[daprAppID] = app
		}
	}
	own := strings.ToLower(s.name)
	if beside, is := s.sidecars[own]; is && beside.of == "" {
		label(beside.app)
	}
	for _, d := range s.docs {
		for key, v := range d.services().Fields() {
			if beside, is := s.sidecars[strings.ToLower(key.Text)]; is && beside.of == own {
				label(beside.app)
				def.Names = append(def.Names, s.mounted(body{d.file, v})...)
			}
		}
	}
}

// besides reports whether the service is a sidecar that shares another's network: what
// it mounts is said of that one.
func (s *service) besides() bool { return s.sidecars[strings.ToLower(s.name)].of != "" }
