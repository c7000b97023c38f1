package kubernetes

import (
	"testing"

	"github.com/fateline/fateline/analyzer/strict"
)

// What a look at a few bytes leaves out is never a word that is said.
func TestAWordThatIsSaidIsFound(t *testing.T) {
	doc, err := strict.JSON([]byte(`{"spec":{"containers":[{"name":"c","image":"x","command":["serve","--class=internal","-a=b=c","="],
		"args":["example.com/nginx"],"env":[{"name":"CLASS","value":"public"},{"name":"EMPTY","value":""},{"name":"U","value":"é=ü"}]}]}}`), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	run := &workload{object: &object{}, pod: readPod(field{v: doc.Root})}
	for word, want := range map[string]bool{
		"serve": true, "internal": true, "--class=internal": true, "b=c": true, "c": true, "example.com/nginx": true, "public": true, "é=ü": true,
		"class": false, "nginx": false, "": false, "ü": false, "CLASS": false,
	} {
		if got := saysWord(run, word); got != want {
			t.Errorf("%q: %v, want %v", word, got, want)
		}
	}
}
