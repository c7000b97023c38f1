package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cpu returns the user and system time that the process has used.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// writeFatTree writes a fat tree of switches with k ports as a native file: servers
// under rack switches, each rack switch under the aggregation switches of its pod, an
// aggregation switch under the cores of its position; and services with replicas on
// servers of different pods. See performance.md of the field's papers: CloudCanary
// (NSDI'20), RepAudit (OOPSLA'17).
func writeFatTree(tb testing.TB, path string, k, services, replicas int) (devices int) {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	defer func() {
		if err := w.Flush(); err != nil {
			tb.Fatal(err)
		}
		if err := f.Close(); err != nil {
			tb.Fatal(err)
		}
	}()
	half := k / 2
	fmt.Fprint(w, "apiVersion: fateline.dev/v1\nkind: Architecture\nnodes:\n")
	list := func(n int, name func(int) string) string {
		names := make([]string, n)
		for i := range names {
			names[i] = name(i)
		}
		return "[" + strings.Join(names, ", ") + "]"
	}
	for position := range half {
		for c := range half {
			fmt.Fprintf(w, "- id: network:core-%d-%d\n", position, c)
		}
	}
	for pod := range k {
		for position := range half {
			fmt.Fprintf(w, "- id: network:agg-%d-%d\n  needs:\n  - anyOf: %s\n", pod, position,
				list(half, func(c int) string { return fmt.Sprintf("network:core-%d-%d", position, c) }))
		}
		for rack := range half {
			fmt.Fprintf(w, "- id: network:rack-%d-%d\n  needs:\n  - anyOf: %s\n", pod, rack,
				list(half, func(a int) string { return fmt.Sprintf("network:agg-%d-%d", pod, a) }))
			for s := range half {
				fmt.Fprintf(w, "- id: host:h-%d-%d-%d\n  needs: [network:rack-%d-%d]\n", pod, rack, s, pod, rack)
			}
		}
	}
	rng := rand.New(rand.NewPCG(3, uint64(k)))
	for s := range services {
		pods := rng.Perm(k)[:replicas]
		fmt.Fprintf(w, "- id: service:s%04d\n  needs:\n  - anyOf: %s\n", s,
			list(replicas, func(r int) string {
				return fmt.Sprintf("host:h-%d-%d-%d", pods[r], rng.IntN(half), rng.IntN(half))
			}))
	}
	return 5*half*half + 2*half*half*half
}

// BenchmarkTopTwenty reads a fat tree from its file and asks for the twenty smallest
// risk groups of one service, and beside that asks what that service is, which takes
// little more than reading: the ratio is what the analysis adds.
func BenchmarkTopTwenty(b *testing.B) {
	for _, k := range []int{16, 24, 48, 64} {
		path := filepath.Join(b.TempDir(), "tree.yaml")
		b.Run(fmt.Sprintf("%d-devices", writeFatTree(b, path, k, 1000, 3)), func(b *testing.B) {
			var reading, asking time.Duration
			ask := func(args ...string) time.Duration {
				before := cpu(b)
				if status := run(b.Context(), append(args, path), strings.NewReader(""), io.Discard, os.Stderr); status != 0 {
					b.Fatalf("%v: status %d", args, status)
				}
				return cpu(b) - before
			}
			for b.Loop() {
				reading += ask("why", "--node", "service:s0000")
				asking += ask("risk", "--node", "service:s0000", "--most", "20")
			}
			b.ReportMetric(reading.Seconds()/float64(b.N), "reading-cpu-s/op")
			b.ReportMetric(asking.Seconds()/float64(b.N), "asking-cpu-s/op")
			b.ReportMetric(asking.Seconds()/reading.Seconds(), "ratio")
		})
	}
}
