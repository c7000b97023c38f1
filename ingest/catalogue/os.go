package catalogue

import "regexp"

// Labels that sources set and facts match.
const (
	// LabelOS is the operating system of a machine or image, as OS returns it.
	LabelOS = "os"
	// LabelUpdates is "on" or "off" where configuration says whether the machine
	// installs updates by itself; where it is absent the distribution's default holds.
	LabelUpdates = "updates"
	// LabelResource is the type of a resource, as Terraform's provider calls it,
	// where the id does not hold it.
	LabelResource = "resource"
	// LabelRunner says whose machines a job of a pipeline runs on, where they are those
	// of the host of its repository: "github-hosted", "gitlab-hosted".
	LabelRunner = "runner"
)

// releases are the names that images, repositories and configuration give to the
// releases of operating systems, in the order in which they are tried.
var releases = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"ubuntu-24.04", regexp.MustCompile(`(?i)\bnoble\b|ubuntu[^a-z]*24[._-]?04`)},
	{"ubuntu-22.04", regexp.MustCompile(`(?i)\bjammy\b|ubuntu[^a-z]*22[._-]?04`)},
	{"ubuntu-20.04", regexp.MustCompile(`(?i)\bfocal\b|ubuntu[^a-z]*20[._-]?04`)},
	{"ubuntu-18.04", regexp.MustCompile(`(?i)\bbionic\b|ubuntu[^a-z]*18[._-]?04`)},
	{"ubuntu-16.04", regexp.MustCompile(`(?i)\bxenial\b|ubuntu[^a-z]*16[._-]?04`)},
	{"debian-13", regexp.MustCompile(`(?i)\btrixie\b|debian[^a-z]*13\b`)},
	{"debian-12", regexp.MustCompile(`(?i)\bbookworm\b|debian[^a-z]*12\b`)},
	{"debian-11", regexp.MustCompile(`(?i)\bbullseye\b|debian[^a-z]*11\b`)},
	{"debian-10", regexp.MustCompile(`(?i)\bbuster\b|debian[^a-z]*10\b`)},
	{"amazon-linux-2023", regexp.MustCompile(`(?i)\bal2023\b|amazon[-_ ]?linux[-_ ]?2023`)},
	{"amazon-linux-2", regexp.MustCompile(`(?i)\bal2_|amzn2|amazon[-_ ]?linux[-_ ]?2\b`)},
	{"bottlerocket", regexp.MustCompile(`(?i)bottlerocket`)},
	{"cos", regexp.MustCompile(`(?i)\bcos(_containerd)?\b|cos-(stable|beta|lts|cloud)`)},
	{"fedora-coreos", regexp.MustCompile(`(?i)fedora-coreos|\bfcos\b`)},
	{"flatcar", regexp.MustCompile(`(?i)flatcar`)},
	{"talos", regexp.MustCompile(`(?i)\btalos\b`)},
	{"rhel-9", regexp.MustCompile(`(?i)\brhel[-_ ]?9|(rocky|alma)[a-z]*[-_ ]?9`)},
	{"rhel-8", regexp.MustCompile(`(?i)\brhel[-_ ]?8|(rocky|alma)[a-z]*[-_ ]?8|centos[-_ ]?8`)},
	{"centos-7", regexp.MustCompile(`(?i)centos[-_ ]?7`)},
	{"opensuse-microos", regexp.MustCompile(`(?i)\bmicroos\b`)},
	{"windows-server", regexp.MustCompile(`(?i)windows[-_ ]?server|\bwindows[-_ ]?20(12|16|19|22|25)\b`)},
}

// OS names the release that a text speaks of, such as an image's name or a line of
// sources.list; "" where it names none that is known.
func OS(text string) string {
	for _, r := range releases {
		if r.pattern.MatchString(text) {
			return r.name
		}
	}
	return ""
}
