package cloudformation

import (
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/cloud"
)

func (t *template) isServerless(res strict.Value) bool {
	return strings.HasPrefix(res.Get("Type").Text(), "AWS::Serverless::")
}

// implicit are the gateways that the model makes for events that name none.
var implicit = map[string]string{"Api": "ServerlessRestApi", "HttpApi": "ServerlessHttpApi"}

// implicitAPI adds the gateway that a function's events ask for without naming one.
func (st *stack) implicitAPI(res strict.Value) {
	for key, event := range res.Get("Properties", "Events").Fields() {
		typ := event.Get("Type").Text()
		id := implicit[typ]
		if id == "" || st.api(event).Exists() || st.resources[id] != nil {
			continue
		}
		r := &cloud.Resource{Type: cloud.FromCloudFormation("AWS::Serverless::" + typ), Address: id, File: st.file, Line: key.Line, Column: key.Col, Attrs: map[string][]string{}}
		if st.stack.Add(r) {
			st.resources[id] = r
		}
	}
}

func (st *stack) api(event strict.Value) strict.Value {
	if v := event.Get("Properties", "RestApiId"); v.Exists() {
		return v
	}
	return event.Get("Properties", "ApiId")
}

// serverless reads what only the Serverless Application Model has: the settings that
// all functions share, what calls a function, and who may talk to whom.
func (st *stack) serverless(r *cloud.Resource, res strict.Value) {
	if strings.HasSuffix(res.Get("Type").Text(), "::Function") {
		for name, v := range st.root.Get("Globals", "Function").Fields() {
			st.property(r, cloud.Snake(name.Text), v, 0)
		}
	}
	for _, event := range res.Get("Properties", "Events").Fields() {
		id := implicit[event.Get("Type").Text()]
		if id == "" { // a queue, a stream or a table that the function reads from
			for name, v := range event.Get("Properties").Fields() {
				if name.Text != "DestinationConfig" {
					st.property(r, "events."+cloud.Snake(name.Text), v, 0)
				}
			}
			continue
		}
		gateways := worth{{from: []*cloud.Resource{st.resources[id]}}}
		if named := st.api(event); named.Exists() {
			gateways = st.eval(named, 0)
		}
		for _, gateway := range gateways.resources() {
			if gateway != nil {
				gateway.Refs = append(gateway.Refs, cloud.Ref{Attr: "route", Target: r, File: st.file, Line: event.Line(), Column: event.Col()})
			}
		}
	}
	for _, c := range res.Get("Connectors").Fields() {
		for to := range listed(c.Get("Properties", "Destination")) {
			st.connect(r, to)
		}
	}
}

// connector reads AWS::Serverless::Connector: a source and what it may talk to.
func (st *stack) connector(res strict.Value) {
	from := st.resources[res.Get("Properties", "Source", "Id").Text()]
	for to := range listed(res.Get("Properties", "Destination")) {
		if from != nil {
			st.connect(from, to)
		}
	}
}

func (st *stack) connect(from *cloud.Resource, to strict.Value) {
	if target := st.resources[to.Get("Id").Text()]; target != nil && target != from {
		from.Refs = append(from.Refs, cloud.Ref{Attr: "connector", Target: target, File: st.file, Line: to.Line(), Column: to.Col()})
	}
}
