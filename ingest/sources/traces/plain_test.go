package traces

import "testing"

func TestNamesThatAreAddressesAreTakenApart(t *testing.T) {
	for _, c := range []struct {
		name     string
		in, want peer
	}{
		{"names stay", peer{service: "stock", host: "stock.shop", dbName: "orders", topic: "orders.v1"}, peer{service: "stock", host: "stock.shop", dbName: "orders", topic: "orders.v1"}},
		{"a URL for a service", peer{service: "http://u:pw@stock.example/?t=pw"}, peer{host: "stock.example"}},
		{"credentials before a host", peer{host: "u:pw@pay.example"}, peer{host: "pay.example"}},
		{"a URL for a host", peer{host: "https://u:pw@grpc.example:443"}, peer{host: "grpc.example"}},
		{"a DSN for a database", peer{dbName: "postgres://u:pw@orders-db:5432/orders"}, peer{host: "orders-db", dbName: "orders"}},
		{"settings for a database", peer{dbName: "Server=mssql;Database=x;User=sa;Password=pw", host: "mssql"}, peer{host: "mssql", dbName: "x"}},
		{"what is no DSN", peer{dbName: "x;pw=1"}, peer{}},
		{"a URL for a topic", peer{topic: "amqp://u:pw@rabbit:5672/orders?token=pw"}, peer{topic: "orders"}},
		{"a scheme for a topic", peer{topic: "topic://Shop.Orders"}, peer{topic: "Shop.Orders"}},
	} {
		if got := c.in.plain(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
