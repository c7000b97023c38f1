package kubernetes

import "testing"

func TestChunksKeepTheirOrder(t *testing.T) {
	for _, n := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3 * chunkSize} {
		var c chunks[int]
		for i := range n {
			c.add(i)
		}
		all := c.join()
		if len(all) != n || n == 0 && all != nil {
			t.Fatalf("%d values of %d", len(all), n)
		}
		for i, v := range all {
			if v != i {
				t.Fatalf("value %d of %d is %d", i, n, v)
			}
		}
		if again := c.join(); again != nil {
			t.Errorf("%d values after all were taken", len(again))
		}
	}
}
