package dnszone

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenZoneIsPartial(t *testing.T) {
	const whole = "$ORIGIN shop.example.\n$TTL 1h\n@ IN SOA ns.a.example. h.a.example. ( 1 2\n 3 4 5 )\n@ IN NS ns.a.example.\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "db.shop", whole + "t TXT \"a (\" \"b;\\\"\" ; c )\nx TYPE65280 \\# 0\ny 1h IN ALIAS a.example.\nz CAA 0 issue \"a.example\"\n", ""},
		{"ends inside parentheses", "db.shop", whole + "@ IN MX ( 10\n a.example.\n", "zone-syntax 6:9"},
		{"ends inside a string", "db.shop", whole + "t TXT \"a", "zone-syntax 6:7"},
		{"a string that its line ends", "db.shop", whole + "t TXT \"a\nu A 192.0.2.1\n", "zone-syntax 6:7"},
		{"closes nothing", "db.shop", whole + "t A 192.0.2.1 )\n", "zone-syntax 6:15"},
		{"no type", "db.shop", whole + "t IN ADDRESS 192.0.2.1\n", "zone-syntax 6:1"},
		{"a type that was cut", "db.shop", whole + "t IN CNA", "zone-syntax 6:1"},
		{"a record without a type", "db.shop", whole + "t\n", "zone-syntax 6:1"},
		{"a record without data", "db.shop", whole + "t IN CNAME\n", "zone-syntax 6:1"},
		{"a record without its target", "db.shop", whole + "@ MX 10\n", "zone-syntax 6:1"},
		{"no directive", "db.shop", whole + "$ORIGN a.example.\n", "zone-syntax 6:1"},
		{"a directive without its argument", "db.shop", whole + "$ORIGIN\n", "zone-syntax 6:1"},
		{"a template", "db.shop", whole + "{{ range .hosts }}\n", "unrendered-template 6:1"},
		{"broken letters", "db.shop", whole + "; \xff\n", "bad-encoding 6:3"},
	})
}
