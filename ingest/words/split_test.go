package words

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Names in ASCII are split by bytes, all others by runes: in the same places.
func TestWordsByBytesAndByRunes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const letters = "abzABZ019_-./ =:$h"
	for range 100_000 {
		name := make([]byte, r.IntN(9))
		for i := range name {
			name[i] = letters[r.IntN(len(letters))]
		}
		if a, b := Split(string(name)), appendRunes(nil, []rune(string(name))); !slices.Equal(a, b) {
			t.Fatalf("%q: %q by bytes and %q by runes", name, a, b)
		}
	}
}

func TestANameIsSplitWhereItsCaseAndItsMarksSay(t *testing.T) {
	for in, want := range map[string]string{
		"spring.redis.hostName":       "spring redis host name",
		"KAFKA_ADVERTISED_LISTENERS":  "kafka advertised listeners",
		"GeoMongoAddress":             "geo mongo address",
		"httpURLPath":                 "http url path",
		"catalog-service":             "catalog service",
		"":                            "",
		"PRODUCT_CATALOG_SERVICE_URL": "product catalog service url",
	} {
		if got := strings.Join(Split(in), " "); got != want {
			t.Errorf("Split(%q) = %q, want %q", in, got, want)
		}
	}
}
