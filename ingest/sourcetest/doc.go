// Package sourcetest tests sources: an input tree goes in, what the source made
// of it comes out as text, and is compared with a golden.
//
// A case is a txtar archive. Its files are the input tree; the section "want"
// is the golden: the rows of the ledger, then what the fragment holds, a line
// each, sorted:
//
//	row CASE/compose.yaml complete documents=1 note="x-cache is read by nobody"
//	node service:shop/api names=host(compose/shop):api env=prod @ CASE/compose.yaml:3:3
//	bind host(compose/shop):cache -> service:shop/redis @ CASE/compose.yaml:9:7
//	need service:shop/api -> host(compose/shop):redis phase=start form=text confidence=0.8 @ CASE/compose.yaml:5:9
//
// CASE is the name of the archive without its suffix: the scanned directory.
// With -update, goldens are rewritten and every one that changed is printed.
package sourcetest
