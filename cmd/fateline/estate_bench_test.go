package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// BenchmarkEstate runs whole commands, each as a process of its own, on one file with a large
// system: a shop, without a large cycle and with one of about three tenths of its nodes.
// It gives the processor time and the most memory that the process took.
func BenchmarkEstate(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 30_000, 100_000, 1_000_000} {
		for _, shape := range []struct {
			name     string
			reversed float64
		}{{"dag", 0}, {"cycle", 0.004}} {
			b.Run(fmt.Sprintf("%s/%d", shape.name, n), func(b *testing.B) {
				benchmarkEstate(b, simtest.Shop{Nodes: n, Seed: 1, Spare: 0.33, Reversed: shape.reversed})
			})
		}
	}
}

type estateForm struct {
	name  string
	write func(io.Writer, *depgraph.Graph) error
}

func estateForms() []estateForm {
	return []estateForm{{"yaml", simtest.WriteNative}, {"json", simtest.WriteNativeJSON}, {"graph", writeGraph}}
}

func TestTheFormsOfAnEstateSayTheSame(t *testing.T) {
	shop := simtest.Shop{Nodes: 1_200, Seed: 2, Reversed: 0.01, Spare: 0.4, Degraded: 0.1, Start: 0.1, Observe: 0.1}
	var first string
	for _, form := range estateForms() {
		path := filepath.Join(t.TempDir(), "estate")
		writeEstate(t, path, shop, form.write)
		out := &strings.Builder{}
		if status := run(t.Context(), []string{"blast", "-f", "json", path}, strings.NewReader(""), out, os.Stderr); status != 0 {
			t.Fatalf("%s: status %d", form.name, status)
		}
		var body struct{ Ranking json.RawMessage }
		if err := json.Unmarshal([]byte(out.String()), &body); err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(body.Ranking)
		}
		if string(body.Ranking) != first || !strings.Contains(first, `"frozen": 1`) || !strings.Contains(first, `"blind": 1`) || !strings.Contains(first, `"degraded": 1`) {
			t.Errorf("%s: another ranking", form.name)
		}
	}
}

func benchmarkEstate(b *testing.B, shop simtest.Shop) {
	dir := b.TempDir()
	for _, form := range estateForms() {
		b.Run(form.name, func(b *testing.B) {
			path := filepath.Join(dir, "estate."+form.name)
			node := writeEstate(b, path, shop, form.write)
			for _, args := range [][]string{
				{"graph", "-f", "json=" + filepath.Join(dir, "out")}, {"scan"}, {"blast"}, {"whatif", "--fail", node}, {"risk", "--node", node, "--order", "1"},
			} {
				b.Run(args[0], func(b *testing.B) { benchmarkProcess(b, append(args, "--max-file", "4GiB", path)) })
			}
		})
	}
}

// writeEstate writes a system and returns one of its nodes.
func writeEstate(b testing.TB, path string, shop simtest.Shop, write func(io.Writer, *depgraph.Graph) error) (node string) {
	b.Helper()
	g, err := shop.Graph()
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(write(f, g), f.Close()); err != nil {
		b.Fatal(err)
	}
	return g.ID(0).String()
}

// benchmarkProcess runs the program.
func benchmarkProcess(b *testing.B, args []string) {
	var cpu, most float64
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), "fateline", args...)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
			b.Fatalf("%v: %v", args, err)
		}
		used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		cpu += (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		most = max(most, float64(used.Maxrss)/1024)
	}
	b.ReportMetric(cpu/float64(b.N), "cpu-s/op")
	b.ReportMetric(most, "MiB")
}
