package host

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenFileOfAHostIsPartial(t *testing.T) {
	const apt = "rack/etc/apt/apt.conf.d/20auto"
	const mime = "Content-Type: multipart/mixed; boundary=\"B\"\n\n--B\nContent-Type: text/cloud-config\n\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"APT whole", apt, "// a \"\nAPT::Periodic::Unattended-Upgrade \"1\"; /* { */\nUnattended-Upgrade::Origins { \"a\"; // b }\n};\n#clear X;\n# c\n", ""},
		{"APT ends inside a block", apt, "U::O {\n\"a\";\n", "apt-syntax 1:6"},
		{"APT ends inside a setting", apt, "A::B \"1\"\n", "apt-syntax 1:1"},
		{"APT ends inside a string", apt, "A::B \"1\n", "apt-syntax 1:1, apt-syntax 1:6"},
		{"APT ends inside a comment", apt, "A::B \"1\";\n/* a\n", "apt-syntax 2:1"},
		{"APT closes nothing", apt, "A::B \"1\";\n}\n", "apt-syntax 2:1"},
		{"APT closes within a setting", apt, "A { B \"1\" }\n", "apt-syntax 1:5"},
		{"os-release whole", "rack/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n# c\nNAME='a b'\n", ""},
		{"os-release ends inside a string", "rack/etc/os-release", "ID=debian\nVERSION_ID=\"12\n", "environment-syntax 2:1"},
		{"os-release with a line that is none", "rack/etc/os-release", "ID=debian\nVERSION_ID\n", "environment-syntax 2:1"},
		{"os-release ends behind a backslash", "rack/etc/os-release", "ID=debian\\\n", "environment-syntax 1:1"},
		{"dnf whole", "rack/etc/dnf/automatic.conf", "[commands]\napply_updates = yes\nx = a\n b\n[base] # c\n", ""},
		{"dnf ends inside a header", "rack/etc/dnf/automatic.conf", "[commands]\napply_updates = yes\n[base", "ini-syntax 3:1"},
		{"dnf with a line that is none", "rack/etc/dnf/automatic.conf", "[commands]\napply_updates\n", "ini-syntax 2:1"},
		{"Zincati ends inside a header", "rack/etc/zincati/config.d/55.toml", "[updates]\nenabled = true\n[up", "toml-syntax 3:4"},
		{"Zincati ends inside a string", "rack/etc/zincati/config.d/55.toml", "[updates]\nstrategy = \"fleet\n", "toml-syntax 2:18"},
		{"Zincati says a thing twice", "rack/etc/zincati/config.d/55.toml", "[updates]\nenabled = true\nenabled = false\n", "toml-syntax 1:1"},
		{"Flatcar ends inside a string", "rack/etc/flatcar/update.conf", "SERVER=\"dis\n", "environment-syntax 1:1"},
		{"a timer ends inside a header", "rack/etc/systemd/system/apt-daily-upgrade.timer.d/a.conf", "[Timer]\nOnCalendar=\n[In", "unit-syntax 3:1"},
		{"a timer with a line that is none", "rack/etc/systemd/system/apt-daily-upgrade.timer.d/a.conf", "[Timer]\nOnCalendar\n", "unit-syntax 2:1"},
		{"a timer that is masked", "rack/etc/systemd/system/apt-daily-upgrade.timer", "", ""},
		{"user data with a part that is no YAML", "user-data", mime + "#cloud-config\npackages: [a\n--B--\n", "yaml-syntax 7:1"},
		{"user data that does not end", "user-data", mime + "#cloud-config\npackages: [a]\n", "bad-value 1:1"},
		{"user data with a part that is no base64", "user-data", "Content-Type: multipart/mixed; boundary=\"B\"\n\n--B\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n!!\n--B--\n", "bad-value 7:1"},
		{"a file in user data that is no base64", "user-data", "#cloud-config\nwrite_files:\n- path: /a\n  encoding: b64\n  content: '!!'\n", "bad-value 5:12"},
		{"Packer ends inside a block", "a.pkr.hcl", "source \"a\" \"b\" {\n", "hcl-syntax 1:16"},
		{"Packer ends inside a string", "a.pkr.hcl", "source \"a\" \"b\" {\n c = \"d\n}\n", "hcl-syntax 2:8, hcl-syntax 2:8, hcl-syntax 3:2"},
		{"Packer closes nothing", "a.pkr.hcl", "source \"a\" \"b\" {\n}\n}\n", "hcl-syntax 3:1"},
	})
}
