package systemd

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenUnitIsPartial(t *testing.T) {
	const whole = "[Unit]\nDescription=Shop\n[Service]\nExecStart=/bin/shop \\\n  --db db.example:5432\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "shop.service", whole, ""},
		{"ends inside a section header", "shop.service", whole + "[Install", "unit-syntax 6:1"},
		{"ends inside its first section header", "shop.service", "[Unit", "unit-syntax 1:1"},
		{"ends inside a value that goes on", "shop.service", "[Service]\nExecStart=/bin/shop \\\n", "unit-syntax 2:1"},
		{"a line that is no assignment", "shop.service", whole + "Restart always\n", "unit-syntax 6:1"},
		{"a line without a key", "shop.service", whole + "=always\n", "unit-syntax 6:1"},
		{"an assignment before any section", "shop.service", "User=shop\n" + whole, "unit-syntax 1:1"},
		{"what follows a broken header", "shop.service", "[Unit\nRequires=db.service\n[Service]\nType=simple\n", "unit-syntax 1:1, unit-syntax 2:1"},
		{"a template", "shop.service", whole + "{% if proxy %}\nEnvironment=A=b\n{% endif %}\n", "unrendered-template 6:1, unrendered-template 8:1"},
		{"comments, empty lines, CRLF, empty values", "shop.service", "# a [\r\n[Unit]\r\n; b\r\n\r\nAfter=\r\n[Service]\r\nExecStart=a \\\r\n# within\r\n  b\r\n", ""},
		{"a drop-in", "shop.service.d/env.conf", "[Service]\nEnvironment\n", "unit-syntax 2:1"},
		{"broken letters", "shop.service", whole + "# \xff\n", "bad-encoding 6:3"},
	})
}
