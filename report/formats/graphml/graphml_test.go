package graphml_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/graphml"
	"github.com/fateline/fateline/report/reporttest"
)

type file struct {
	Keys []struct {
		ID string `xml:"id,attr"`
	} `xml:"key"`
	Graph struct {
		Nodes []element `xml:"node"`
		Edges []element `xml:"edge"`
	} `xml:"graph"`
}

type element struct {
	ID     string `xml:"id,attr"`
	Source string `xml:"source,attr"`
	Target string `xml:"target,attr"`
	Data   []struct {
		Key  string `xml:"key,attr"`
		Text string `xml:",chardata"`
	} `xml:"data"`
}

func (e element) get(key string) string {
	for _, d := range e.Data {
		if d.Key == key {
			return d.Text
		}
	}
	return ""
}

func rendered(t *testing.T, d *report.Document) (string, file) {
	t.Helper()
	var b bytes.Buffer
	if err := graphml.Format.Write(context.Background(), &b, d, report.Options{}); err != nil {
		t.Fatal(err)
	}
	var f file
	if err := xml.Unmarshal(b.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	return b.String(), f
}

func TestTheWholeGraphIsWritten(t *testing.T) {
	d := reporttest.Sample()
	_, f := rendered(t, d)
	if len(f.Graph.Nodes) != d.Graph.Nodes || len(f.Graph.Edges) != d.Graph.Edges {
		t.Errorf("%d nodes and %d edges, want %d and %d", len(f.Graph.Nodes), len(f.Graph.Edges), d.Graph.Nodes, d.Graph.Edges)
	}
	keys, nodes := map[string]bool{}, map[string]string{}
	for _, k := range f.Keys {
		keys[k.ID] = true
	}
	for _, n := range f.Graph.Nodes {
		nodes[n.ID] = n.get("n-id")
	}
	found := false
	for _, e := range append(f.Graph.Nodes, f.Graph.Edges...) {
		for _, x := range e.Data {
			if !keys[x.Key] {
				t.Errorf("key %s is not declared", x.Key)
			}
		}
		found = found || nodes[e.Source] == "datastore:ferry/ledger" && nodes[e.Target] == "human:night-watch" &&
			e.get("e-via") == "repaired-by" && e.get("e-phases") == "recover" && e.get("e-need") == "1" && e.get("e-of") == "2" && e.get("e-place") == "fateline.yaml:52:5"
	}
	if !found {
		t.Error("the requirement to be repaired is not there with its terms")
	}
}

func TestNamesAreExactlyOurs(t *testing.T) {
	names := reporttest.Payloads()
	_, f := rendered(t, reporttest.Hostile(names))
	shown := map[string]bool{}
	for _, n := range f.Graph.Nodes {
		shown[n.get("n-id")] = true
	}
	for i, name := range names {
		if id := report.Label(fmt.Sprintf("service:%03d%s", i, name)); !shown[id] {
			t.Errorf("no node is called exactly %q", id)
		}
	}
}

func TestAnotherLibraryReadsTheSameGraph(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err == nil {
		err = exec.Command(python, "-c", "import networkx").Run()
	}
	if err != nil {
		t.Skip("networkx is not installed: nothing is known of what others make of our files")
	}
	d := reporttest.Hostile(reporttest.Payloads())
	text, _ := rendered(t, d)
	cmd := exec.Command(python, "-c", "import sys, networkx as n; g = n.parse_graphml(sys.stdin.read(), force_multigraph=True); print(g.number_of_nodes(), g.number_of_edges())")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if want := fmt.Sprintf("%d %d\n", d.Graph.Nodes, d.Graph.Edges); err != nil || string(out) != want {
		t.Errorf("networkx reads %q, %v; want %q", out, err, want)
	}
}
