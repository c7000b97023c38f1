package sarif

import "github.com/fateline/fateline/report"

// The part of SARIF 2.1.0 that is written.

type log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool        tool                        `json:"tool"`
	Invocations []invocation                `json:"invocations"`
	URIBases    map[string]artifactLocation `json:"originalUriBaseIds"`
	ColumnKind  string                      `json:"columnKind"`
	Results     []result                    `json:"results"`
	Properties  properties                  `json:"properties"`
}

type properties struct {
	Verdict    string `json:"verdict"`
	Violations int    `json:"violations"`
	FailAt     string `json:"failAt"`
}

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Rules   []rule `json:"rules"`
}

type rule struct {
	ID         string         `json:"id"`
	Short      message        `json:"shortDescription"`
	Full       message        `json:"fullDescription"`
	Help       message        `json:"help"`
	Config     configuration  `json:"defaultConfiguration"`
	Properties ruleProperties `json:"properties"`
}

type ruleProperties struct {
	Tags      []string `json:"tags"`
	Precision string   `json:"precision"`
}

type configuration struct {
	Level string `json:"level"`
}

type message struct {
	Text string `json:"text"`
}

type invocation struct {
	ExecutionSuccessful bool           `json:"executionSuccessful"`
	ExitCode            int            `json:"exitCode"`
	ExitDescription     string         `json:"exitCodeDescription,omitempty"`
	Notifications       []notification `json:"toolExecutionNotifications,omitempty"`
}

type notification struct {
	Level      string     `json:"level"`
	Descriptor descriptor `json:"descriptor"`
	Message    message    `json:"message"`
}

type descriptor struct {
	ID string `json:"id"`
}

type result struct {
	RuleID        string            `json:"ruleId"`
	RuleIndex     int               `json:"ruleIndex"`
	Level         string            `json:"level"`
	Rank          float64           `json:"rank,omitempty"`
	Message       message           `json:"message"`
	Locations     []location        `json:"locations"`
	CodeFlows     []codeFlow        `json:"codeFlows,omitempty"`
	Fingerprints  map[string]string `json:"partialFingerprints"`
	BaselineState string            `json:"baselineState,omitempty"`
	Suppressions  []suppression     `json:"suppressions,omitempty"`
	Properties    *resultProperties `json:"properties,omitempty"`
}

type resultProperties struct {
	Severity    string        `json:"severity"`
	Confidence  float64       `json:"confidence"`
	Violates    bool          `json:"violates"`
	Root        []string      `json:"root"`
	Victims     []string      `json:"victims"`
	VictimCount int           `json:"victimCount"`
	Hidden      report.Hidden `json:"hidden"`
	FoldedInto  string        `json:"foldedInto,omitempty"`
	Note        string        `json:"note,omitempty"`
}

type location struct {
	Physical *physicalLocation `json:"physicalLocation,omitempty"`
	Logical  []logicalLocation `json:"logicalLocations,omitempty"`
	Message  *message          `json:"message,omitempty"`
}

type physicalLocation struct {
	Artifact artifactLocation `json:"artifactLocation"`
	Region   *region          `json:"region,omitempty"`
}

type artifactLocation struct {
	URI         string   `json:"uri,omitempty"`
	Base        string   `json:"uriBaseId,omitempty"`
	Description *message `json:"description,omitempty"`
}

type region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
}

type logicalLocation struct {
	Name string `json:"name"`
	Full string `json:"fullyQualifiedName"`
	Kind string `json:"kind"`
}

type codeFlow struct {
	Message     message      `json:"message"`
	ThreadFlows []threadFlow `json:"threadFlows"`
}

type threadFlow struct {
	Locations []threadFlowLocation `json:"locations"`
}

type threadFlowLocation struct {
	Location       location `json:"location"`
	ExecutionOrder int      `json:"executionOrder"`
}

type suppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}
