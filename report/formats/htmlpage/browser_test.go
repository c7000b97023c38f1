package htmlpage_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/reporttest"
)

func TestInABrowser(t *testing.T) {
	alloc := browser(t)
	for _, c := range []struct {
		name  string
		check func(t *testing.T, ctx context.Context)
	}{
		{"the watch sees what a page does", watchSees},
		{"nothing from hostile names runs", nothingRuns},
		{"the page can be searched, filtered, sorted and turned dark", canBeUsed},
		{"a link opens what it leads to", linksOpen},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := chromedp.NewContext(alloc)
			t.Cleanup(cancel)
			if err := chromedp.Do(ctx); err != nil { // opens a tab
				t.Fatal(err)
			}
			ctx, cancel = context.WithTimeout(ctx, 2*time.Minute) // only catches hangs
			t.Cleanup(cancel)
			c.check(t, ctx)
		})
	}
}

// browser starts a real browser; without one nothing is known of what pages do.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("NO BROWSER: nothing is known of what a browser makes of our pages; install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1400, 1000))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // starts it
		t.Fatal(err)
	}
	return ctx
}

// watch records what a page must not do.
type watch struct {
	mu  sync.Mutex
	did []string
}

func (w *watch) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, fmt.Sprintf(format, args...))
}

func (w *watch) see(url string) func(event any) {
	return func(event any) {
		switch e := event.(type) {
		case *page.EventJavascriptDialogOpening:
			w.note("dialog: %s", e.Message)
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, url) && e.Request.URL != "data:," {
				w.note("request: %s", e.Request.URL)
			}
		case *runtime.EventExceptionThrown:
			w.note("exception: %s", e.ExceptionDetails.Text)
		case *page.EventFrameNavigated:
			if !strings.HasPrefix(e.Frame.URL, url) && e.Frame.URL != "about:blank" {
				w.note("navigation: %s", e.Frame.URL)
			}
		}
	}
}

const violations = `window.violations = [];
document.addEventListener("securitypolicyviolation", e => window.violations.push(e.violatedDirective + " " + e.blockedURI));`

// open shows a report and watches it.
func open(t *testing.T, ctx context.Context, d *report.Document) *watch {
	t.Helper()
	return openText(t, ctx, rendered(t, d))
}

func openText(t *testing.T, ctx context.Context, text string) *watch {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "file://" + file
	w := &watch{}
	if err := chromedp.Listen(ctx, w.see(url)); err != nil {
		t.Fatal(err)
	}
	prepare := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: violations})
		return err
	})
	if err := chromedp.Do(ctx, prepare, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("footer"))); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *watch) check(t *testing.T, ctx context.Context) {
	t.Helper()
	for _, what := range w.all(t, ctx) {
		t.Errorf("the page did what it must not: %s", what)
	}
}

func (w *watch) all(t *testing.T, ctx context.Context) []string {
	t.Helper()
	pause(t, ctx, 200*time.Millisecond)
	policy := evaluate[[]string](t, ctx, `window.violations`)
	w.mu.Lock()
	defer w.mu.Unlock()
	return append(w.did, policy...)
}

// watchSees shows that the other checks could fail.
func watchSees(t *testing.T, ctx context.Context) {
	page := rendered(t, reporttest.Passing())
	bad := openText(t, ctx, strings.Replace(page, "<footer", `<img src="https://evil.example/x.png"><b onclick="x()">x</b><script>window.owned = 1</script><footer`, 1))
	seen := strings.Join(bad.all(t, ctx), "\n")
	for _, want := range []string{"img-src", "script-src"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the watch does not see a violation of %s:\n%s", want, seen)
		}
	}
	if evaluate[bool](t, ctx, `window.owned === 1`) {
		t.Error("a script that is not the page's own runs")
	}
	free := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(page, "")
	loads := openText(t, ctx, strings.Replace(free, "<footer", `<img src="http://127.0.0.1:9/x.png"><script>throw new Error("thrown")</script><footer`, 1))
	seen = strings.Join(loads.all(t, ctx), "\n")
	for _, want := range []string{"request: http://127.0.0.1:9/x.png", "exception"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the watch does not see %q:\n%s", want, seen)
		}
	}
}

func evaluate[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// pause gives the page time to do what it must not.
func pause(t *testing.T, ctx context.Context, d time.Duration) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Sleep(d)); err != nil {
		t.Fatal(err)
	}
}

func nothingRuns(t *testing.T, ctx context.Context) {
	names := reporttest.Payloads()
	w := open(t, ctx, reporttest.Hostile(names))
	shown := map[string]bool{}
	for _, s := range evaluate[[]string](t, ctx, `Array.from(document.querySelectorAll("#nodes tbody th code")).map(e => e.textContent)`) {
		shown[s] = true
	}
	for i, name := range names {
		if id := report.Label(fmt.Sprintf("service:%03d%s", i, name)); !shown[id] {
			t.Errorf("the browser shows no node %q", id)
		}
	}
	// Touch everything that can be touched.
	evaluate[bool](t, ctx, `document.querySelectorAll("details").forEach(d => d.open = true), true`)
	evaluate[bool](t, ctx, `document.querySelectorAll("button").forEach(b => b.click()), true`)
	evaluate[bool](t, ctx, `document.querySelectorAll("svg .node").forEach(n => n.dispatchEvent(new MouseEvent("mouseenter"))), true`)
	evaluate[bool](t, ctx, `document.querySelectorAll("input").forEach(i => { i.value = "<img src=x onerror=alert(1)>"; i.dispatchEvent(new Event("input")); }), true`)
	w.check(t, ctx)
}

func canBeUsed(t *testing.T, ctx context.Context) {
	w := open(t, ctx, reporttest.Sample())
	cards := `Array.from(document.querySelectorAll("article.card")).filter(c => !c.hidden).length`
	all := evaluate[int](t, ctx, cards)
	if all != 7 {
		t.Fatalf("%d cards, want 7", all)
	}
	if err := chromedp.Do(ctx, chromedp.KeyEvent("/")); err != nil {
		t.Fatal(err)
	}
	if got := evaluate[string](t, ctx, `document.activeElement.id`); got != "q" {
		t.Errorf("/ leads to %q, not to the search", got)
	}
	evaluate[string](t, ctx, `document.getElementById("q").value = ""`) // a real key press does not write the / that was caught
	if err := chromedp.Do(ctx, chromedp.KeyEvent("weather")); err != nil {
		t.Fatal(err)
	}
	if got := evaluate[int](t, ctx, cards); got != 1 {
		t.Errorf("a search for weather shows %d cards, want 1", got)
	}
	if hash := evaluate[string](t, ctx, `location.hash`); !strings.Contains(hash, "q=weather") {
		t.Errorf("the address does not hold the search: %q", hash)
	}
	if err := chromedp.Do(ctx, chromedp.KeyEvent("\u001b"), chromedp.Click(chromedp.CSS(`[data-filter=high]`))); err != nil {
		t.Fatal(err)
	}
	if got := evaluate[int](t, ctx, cards); got != all-3 {
		t.Errorf("without high ones there are %d cards, want %d", got, all-3)
	}
	first := `document.querySelector("#nodes tbody tr th code").textContent`
	if got := evaluate[string](t, ctx, first); got != "cluster:dock-north" {
		t.Errorf("first node %q", got)
	}
	sort := `document.querySelectorAll("#nodes thead button")[%d].click(), true`
	evaluate[bool](t, ctx, fmt.Sprintf(sort, 0))
	evaluate[bool](t, ctx, fmt.Sprintf(sort, 0))
	if got := evaluate[string](t, ctx, first); got != "updates:lts-security" {
		t.Errorf("sorted downwards the first node is %q", got)
	}
	if got := evaluate[string](t, ctx, `document.querySelector("#nodes thead th").getAttribute("aria-sort")`); got != "descending" {
		t.Errorf("aria-sort %q", got)
	}
	evaluate[bool](t, ctx, fmt.Sprintf(sort, 7)+"; "+fmt.Sprintf(sort, 7)) // needed by, most first
	if got := evaluate[string](t, ctx, first); got != "cluster:dock-north" {
		t.Errorf("the node that most need is %q", got)
	}
	before := evaluate[string](t, ctx, `getComputedStyle(document.body).backgroundColor`)
	evaluate[bool](t, ctx, `document.getElementById("theme").click(), true`)
	if after := evaluate[string](t, ctx, `getComputedStyle(document.body).backgroundColor`); after == before {
		t.Error("the page does not turn dark")
	}
	width := `Number(document.querySelector(".canvas svg.pic").getAttribute("width"))`
	small := evaluate[float64](t, ctx, width)
	evaluate[bool](t, ctx, `document.querySelector(".zoom button").click(), true`)
	if large := evaluate[float64](t, ctx, width); large <= small {
		t.Errorf("the picture does not grow: %v, then %v", small, large)
	}
	w.check(t, ctx)
}

func linksOpen(t *testing.T, ctx context.Context) {
	w := open(t, ctx, reporttest.Sample())
	for _, f := range reporttest.Sample().Findings {
		evaluate[bool](t, ctx, `location.hash = "#f-`+f.ID+`", true`)
		pause(t, ctx, 50*time.Millisecond)
		top := evaluate[float64](t, ctx, `document.getElementById("f-`+f.ID+`").getBoundingClientRect().top`)
		if top < 0 || top > 1000 || !evaluate[bool](t, ctx, `document.getElementById("f-`+f.ID+`").checkVisibility()`) {
			t.Errorf("finding %s (%s) is out of sight at %v", f.ID, f.Rule, top)
		}
	}
	w.check(t, ctx)
}
