package words_test

import (
	"slices"
	"testing"

	"github.com/fateline/fateline/ingest/words"
)

func TestWhoseASettingIsItsWordsTell(t *testing.T) {
	hotel := []string{"geo", "rate", "reservation", "user-service"}
	posts := []string{"post-storage-service", "compose-post-service", "user-service"}
	for _, x := range []struct {
		readers []string
		path    string
		hosts   []string
		skip    int // -1: nobody
		want    []int
	}{
		{hotel, "GeoMongoAddress", []string{"mongodb-geo"}, -1, []int{0}},
		{hotel, "ReserveMemcAddress", nil, -1, []int{2}}, // of one stem
		{hotel, "consul.address", []string{"consul"}, -1, nil},
		{hotel, "user.url", []string{"users-db"}, -1, []int{3}},
		{hotel, "rate.url", []string{"rate"}, 1, nil},              // leads there
		{hotel, "rate.url", []string{"rate.example.com"}, -1, nil}, // is called after it
		{posts, "user.url", []string{"user"}, -1, nil},
		{hotel, "rate.of.geo", nil, -1, []int{0, 1}},
		{hotel, "geo.rate.reserve.user", nil, -1, nil}, // all of them
		{posts, "addr", []string{"post-storage-mongodb.shop.svc"}, -1, []int{0}},
		{posts, "compose-post.redis", nil, -1, []int{1}},
		{posts, "post.redis", nil, -1, nil},
		{[]string{"api", "service"}, "api.url", nil, -1, nil}, // names that say nothing
	} {
		got := words.NewReaders(x.readers).Named(x.path, x.hosts, func(i int) bool { return i == x.skip })
		if !slices.Equal(got, x.want) {
			t.Errorf("%s %v: %v of %v, want %v", x.path, x.hosts, got, x.readers, x.want)
		}
	}
}

func TestWhatIsLeftOfASettingWithoutItsReader(t *testing.T) {
	r := words.NewReaders([]string{"geo", "reservation"})
	if got := r.Rest("ReserveMongoAddress", 1); !slices.Equal(got, []string{"address", "mongo"}) {
		t.Errorf("%v", got)
	}
}
