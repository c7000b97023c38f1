package link_test

import (
	"testing"

	"github.com/fateline/fateline/ingest/link"
)

func TestAFileThatSeveralUseIsForThoseWhomItsSettingsName(t *testing.T) {
	var frag link.Fragment
	for _, name := range []string{"geo", "rate-service", "profile"} {
		d := def("service:shop/"+name, at("shop/compose.yaml", 1), link.Host("compose/shop", name), link.Name{Space: link.SpacePath, Text: "shop/config"})
		d.Scope = "compose/shop"
		frag.Definitions = append(frag.Definitions, d)
	}
	for _, name := range []string{"mongodb-geo", "mongodb-review", "mongodb", "consul", "profile-cache"} {
		frag.Definitions = append(frag.Definitions, def("service:shop/"+name, at("shop/compose.yaml", 1), link.Host("compose/shop", name)))
	}
	for i, x := range []struct{ setting, host string }{
		{"GeoMongoAddress", "mongodb-geo"},       // geo by the key and the host
		{"consulAddress", "consul"},              // nobody
		{"ReviewMongoAddress", "mongodb-review"}, // one that is not there
		{"SharedMongoAddress", "mongodb"},        // everybody
		{"cache.url", "profile-cache"},           // profile by the host
		{"rates.url", "rate-service"},            // leads to a user
	} {
		frag.References = append(frag.References, link.Reference{
			Owners:  &link.Selector{File: "shop/config/app.json", Setting: x.setting},
			Members: []link.Target{{Name: link.Host(link.OwnerScope, x.host)}}, Form: link.Text, Origin: at("shop/config/app.json", i+1),
		})
	}
	g, err := link.Link([]*link.Fragment{&frag}, nil, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for q := range g.AllRequirements() {
		got[q.Owner.Name[5:]+" "+q.Members[0].Name[5:]] = q.Terms.IfLost.String() + " " + q.Origins[0].Note
	}
	const other = "unaffected settings like it name one of those that use the file, this one none"
	want := map[string]string{
		"geo mongodb-geo": "down ", "rate-service mongodb-geo": "unaffected it names geo", "profile mongodb-geo": "unaffected it names geo",
		"geo consul": "down ", "rate-service consul": "down ", "profile consul": "down ",
		"geo mongodb": "down ", "rate-service mongodb": "down ", "profile mongodb": "down ",
		"geo profile-cache": "unaffected it names profile", "rate-service profile-cache": "unaffected it names profile", "profile profile-cache": "down ",
		"geo mongodb-review": other, "rate-service mongodb-review": other, "profile mongodb-review": other,
		"geo rate-service": "down ", "profile rate-service": "down ",
	}
	for k, w := range want {
		if got[k] != w {
			t.Errorf("%s: %q, want %q", k, got[k], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d needs, want %d: %v", len(got), len(want), got)
	}
}
