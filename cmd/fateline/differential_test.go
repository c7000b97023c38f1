package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// told is what whatif -f json says.
type told struct {
	Failed, Down, Degraded, Frozen, Blind, Exposed []string
	Recovery                                       *struct {
		Order []struct {
			Node, At string
			After    []string
		}
		LockedOut, Deadlocked []string
	}
}

// TestALossFromTheCommandLineIsWhatASecondReadingSays writes random systems as
// native files and compares what whatif says with the naive evaluator.
func TestALossFromTheCommandLineIsWhatASecondReadingSays(t *testing.T) {
	dir := t.TempDir()
	tiertest.Check(t, func(t *rapid.T) {
		m := drawModel(t, features{standby: true, lasts: true})
		m.outage = rapid.SampledFrom([]time.Duration{3 * time.Minute, time.Hour, 2 * time.Hour}).Draw(t, "outage")
		failed := drawFailed(t, m)
		got := whatif(t, dir, m, failed)
		want := m.lose(failed)
		for _, s := range []struct {
			name string
			got  []string
		}{{"failed", got.Failed}, {"down", got.Down}, {"degraded", got.Degraded}, {"frozen", got.Frozen}, {"blind", got.Blind}, {"exposed", got.Exposed}} {
			if diff := cmp.Diff(orEmpty(want[s.name]), orEmpty(s.got)); diff != "" {
				t.Errorf("%s of losing %v for %v (-naive +whatif):\n%s\n%s", s.name, failed, m.outage, diff, m.yaml())
			}
		}
	})
}

// TestARecoveryFromTheCommandLineIsWhatASecondReadingSays does the same for the way back.
func TestARecoveryFromTheCommandLineIsWhatASecondReadingSays(t *testing.T) {
	dir := t.TempDir()
	tiertest.Check(t, func(t *rapid.T) {
		m := drawModel(t, features{lasts: true})
		m.outage = time.Hour
		failed := drawFailed(t, m)
		got := whatif(t, dir, m, failed, "--recover").Recovery
		if got == nil {
			t.Fatal("whatif --recover says nothing of a recovery")
		}
		want := m.recover(failed)
		at := map[string]string{}
		for id, d := range want.at {
			at[id] = d.String()
		}
		said := map[string]string{}
		for _, r := range got.Order {
			said[r.Node] = r.At
		}
		if diff := cmp.Diff(at, said); diff != "" {
			t.Errorf("times of recovering %v (-naive +whatif):\n%s\n%s", failed, diff, m.yaml())
		}
		if diff := cmp.Diff(orEmpty(want.lockedOut), orEmpty(got.LockedOut)); diff != "" {
			t.Errorf("locked out after losing %v (-naive +whatif):\n%s\n%s", failed, diff, m.yaml())
		}
		if diff := cmp.Diff(orEmpty(want.deadlocked), orEmpty(got.Deadlocked)); diff != "" {
			t.Errorf("deadlocked after losing %v (-naive +whatif):\n%s\n%s", failed, diff, m.yaml())
		}
	})
}

type features struct{ standby, lasts bool }

// drawModel draws a system of 2 to 9 nodes.
func drawModel(t *rapid.T, with features) plainModel {
	kinds := []string{"service", "service", "service", "datastore", "tool", "zone", "monitor"}
	n := rapid.IntRange(2, 9).Draw(t, "nodes")
	var ids []string
	m := plainModel{nodes: map[string]*plainNode{}}
	for i := range n {
		id := fmt.Sprintf("%s:n%d", rapid.SampledFrom(kinds).Draw(t, "kind"), i)
		ids = append(ids, id)
		takes := rapid.SampledFrom([]time.Duration{0, 0, time.Minute, 20 * time.Minute, time.Hour}).Draw(t, "takes")
		m.nodes[id] = &plainNode{id: id, takes: takes}
		if with.standby && id[0] != 'z' && rapid.IntRange(0, 7).Draw(t, "standby") == 0 {
			m.nodes[id].standby = true
		}
	}
	for _, id := range ids {
		for range rapid.IntRange(0, 3).Draw(t, "needs") {
			m.nodes[id].needs = append(m.nodes[id].needs, drawNeed(t, others(ids, id), with))
		}
	}
	return m
}

// others are the nodes that one may need: nobody needs itself.
func others(ids []string, but string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == but })
}

func drawNeed(t *rapid.T, ids []string, with features) plainNeed {
	members := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, min(3, len(ids)), rapid.ID).Draw(t, "members")
	slices.Sort(members)
	n := plainNeed{members: members, need: rapid.SampledFrom([]string{"", "", "all", "quorum"}).Draw(t, "need")}
	if len(members) > 1 && n.need == "" && rapid.Bool().Draw(t, "numbered") {
		n.need = fmt.Sprint(rapid.IntRange(1, len(members)).Draw(t, "k"))
	}
	if n.placed = rapid.IntRange(0, 3).Draw(t, "placed") == 0; n.placed {
		n.phases = []string{"run", "start"}
		return n
	}
	n.phases = rapid.SampledFrom([][]string{nil, {"run"}, {"run", "start"}, {"start"}, {"build"}, {"deploy"}, {"recover"}, {"observe"}, {"deploy", "recover"}}).Draw(t, "phases")
	n.ifLost = rapid.SampledFrom([]string{"", "", "", "degraded", "unaffected"}).Draw(t, "ifLost")
	if with.lasts {
		n.lasts = rapid.SampledFrom([]time.Duration{0, 0, 0, 10 * time.Minute, 90 * time.Minute}).Draw(t, "lasts")
	}
	return n
}

func drawFailed(t *rapid.T, m plainModel) []string {
	ids := m.which(func(*plainNode, plainNeed) bool { return true })
	for id := range m.nodes {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, min(2, len(ids)), rapid.ID).Draw(t, "failed")
}

// whatif runs the program on the model. A system without any requirement is
// incomplete by law (0 of 0), and still answered.
func whatif(t *rapid.T, dir string, m plainModel, failed []string, more ...string) told {
	path := filepath.Join(dir, "model.yaml")
	if err := os.WriteFile(path, []byte(m.yaml()), 0o666); err != nil {
		t.Fatal(err)
	}
	args := []string{"whatif", path, "-f", "json", "--outage", m.outage.String()}
	for _, f := range failed {
		args = append(args, "--fail", f)
	}
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), append(args, more...), nil, &stdout, &stderr)
	if status != 0 && status != 3 {
		t.Fatalf("whatif exited with %d: %s\n%s", status, &stderr, m.yaml())
	}
	var got told
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, &stdout)
	}
	return got
}

func orEmpty(ss []string) []string {
	if ss == nil {
		return []string{}
	}
	return ss
}
