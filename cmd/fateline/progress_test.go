package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressShowsAfterASecondAndLeavesNoTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out, true)
		p.enter("read 1 of 2 files")
		time.Sleep(patience - time.Millisecond)
		synctest.Wait()
		if out.Len() > 0 {
			t.Errorf("it says %q before its time", &out)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if !strings.Contains(out.String(), "read 1 of 2 files, 1s") {
			t.Errorf("after a second it says %q", &out)
		}
		p.end()
		if !strings.HasSuffix(out.String(), "\r\x1b[K") {
			t.Errorf("it leaves %q", &out)
		}
	})
}

func TestAShortRunShowsNoProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out, true)
		p.enter("reading")
		time.Sleep(patience / 2)
		p.end()
		if out.Len() > 0 {
			t.Errorf("it says %q", &out)
		}
	})
}
