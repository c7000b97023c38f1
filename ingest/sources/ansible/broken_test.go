package ansible

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenInventoryIsPartial(t *testing.T) {
	const whole = "[web]\nweb[01:03].example ansible_user='a b' # c\n[web:vars]\nproxy=p.example\n[all:children]\nweb\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "inventory/hosts", whole, ""},
		{"ends inside a group header", "inventory/hosts", whole + "[db", "inventory-syntax 7:1"},
		{"what follows a broken header is of no group", "inventory/hosts", "[web\nweb1.example\n[db]\ndb1.example\n", "inventory-syntax 1:1"},
		{"a header with something behind it", "inventory/hosts", "[web]] x\nweb1.example\n[db]\ndb1.example\n", "inventory-syntax 1:1"},
		{"a header of no known sort", "inventory/hosts", whole + "[web:var]\na=b\n", "inventory-syntax 7:1"},
		{"a comment behind a header", "inventory/hosts", "[web] # c\nweb1.example\n[db:hosts]\ndb.example\n", ""},
		{"ends inside a range", "inventory/hosts", "[web]\nweb[01:03\n", "inventory-syntax 2:1"},
		{"ends inside a string", "inventory/hosts", "[web]\nweb1 ansible_ssh_common_args='-o ProxyJump=j.example\n", "inventory-syntax 2:1"},
		{"a host with words that are no variables", "inventory/hosts", "[web]\nweb1 web2\n", "inventory-syntax 2:1"},
		{"a variable without a value", "inventory/hosts", "[web]\nweb1\n[web:vars]\nproxy\n", "inventory-syntax 4:1"},
		{"a group of groups with two on a line", "inventory/hosts", "[web]\nweb1\n[all:children]\nweb db\n", "inventory-syntax 4:1"},
		{"a range that is too long to name", "inventory/hosts", "[web]\nweb[1:9000]\n", "bad-value 2:1"},
		{"a range of none", "inventory/hosts", "[web]\nweb[9:1]\n", "bad-value 2:1"},
		{"a number sign in a string", "inventory/hosts", "[web]\nweb1 ansible_password='a #b'\n", ""},
		{"a template", "inventory/hosts", "[web]\n{% for h in hosts %}\nweb1\n", "unrendered-template 2:1"},
		{"broken letters", "inventory/hosts", "[web]\nweb1 # \xff\n", "bad-encoding 2:8"},
	})
}
