// Command bench measures plain reachability with gonum, for .ci/compare: the nodes
// that need each of a sample of nodes, directly or not. It reads a file of lines
// "FROM TO", FROM needing TO, and prints the processor seconds that all nodes would take.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/traverse"
)

func main() {
	if len(os.Args) != 3 {
		fatal("usage: bench EDGES SAMPLE")
	}
	sample, err := strconv.Atoi(os.Args[2])
	if err != nil {
		fatal(err)
	}
	g, nodes, err := read(os.Args[1])
	if err != nil {
		fatal(err)
	}
	sample = min(sample, nodes)
	reached := 0
	before := cpuSeconds()
	for i := range sample { // ids are in no order: every so many is a fair sample
		v := i * nodes / sample
		w := traverse.BreadthFirst{Visit: func(graph.Node) { reached++ }}
		w.Walk(g, simple.Node(v), nil)
	}
	fmt.Printf("gonum %.6g %.1f\n", (cpuSeconds()-before)*float64(nodes)/float64(sample), float64(reached)/float64(sample)-1)
}

func read(path string) (g *simple.DirectedGraph, nodes int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	g = simple.NewDirectedGraph()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		a, b, _ := strings.Cut(lines.Text(), " ")
		from, err := strconv.Atoi(a)
		if err != nil {
			return nil, 0, err
		}
		to, err := strconv.Atoi(b)
		if err != nil {
			return nil, 0, err
		}
		nodes = max(nodes, from+1, to+1)
		g.SetEdge(simple.Edge{F: simple.Node(to), T: simple.Node(from)})
	}
	return g, nodes, lines.Err()
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func fatal(why any) {
	fmt.Fprintln(os.Stderr, "bench:", why)
	os.Exit(2)
}
