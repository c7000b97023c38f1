"use strict";
// What scripts add to a page that says everything without them: search and
// filters, tables to sort, pictures to move, a dark side. Nothing here makes
// markup from text.
(() => {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const make = (tag, cls, text) => {
    const e = document.createElement(tag);
    if (cls) e.className = cls;
    if (text) e.textContent = text;
    return e;
  };

  // Findings: search, severities, rule. The choice stands in the address.
  const cards = all("article.card");
  const tools = one("tools");
  const query = one("q");
  const rule = one("rule");
  const chips = all("[data-filter]");
  const texts = new Map(cards.map((c) => [c, c.textContent.toLowerCase()]));
  const filter = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const off = new Set(chips.filter((c) => c.getAttribute("aria-pressed") === "false").map((c) => c.dataset.filter));
    let shown = 0;
    for (const c of cards) {
      const ok = !off.has(c.dataset.severity) && (!rule.value || rule.value === c.dataset.rule) && words.every((w) => texts.get(c).includes(w));
      c.hidden = !ok;
      if (ok) shown++;
    }
    one("shown").textContent = shown === cards.length ? "" : shown + " of " + cards.length + " shown";
  };
  const remember = () => {
    const p = new URLSearchParams();
    if (query.value) p.set("q", query.value);
    if (rule.value) p.set("rule", rule.value);
    const off = chips.filter((c) => c.getAttribute("aria-pressed") === "false").map((c) => c.dataset.filter);
    if (off.length) p.set("without", off.join(","));
    const hash = p.toString();
    try {
      history.replaceState(null, "", hash ? "#v&" + hash : location.pathname + location.search);
    } catch (e) { /* some viewers forbid it; the page works without */ }
  };
  const recall = () => {
    if (!location.hash.startsWith("#v&")) return;
    const p = new URLSearchParams(location.hash.slice(3));
    query.value = p.get("q") || "";
    rule.value = p.get("rule") || "";
    const off = new Set((p.get("without") || "").split(","));
    for (const c of chips) c.setAttribute("aria-pressed", String(!off.has(c.dataset.filter)));
  };
  if (tools && cards.length > 1) {
    tools.hidden = false;
    for (const e of [query, rule]) e.addEventListener("input", () => { filter(); remember(); });
    for (const c of chips) {
      c.addEventListener("click", () => {
        c.setAttribute("aria-pressed", String(c.getAttribute("aria-pressed") === "false"));
        filter();
        remember();
      });
    }
    recall();
    filter();
  }
  document.addEventListener("keydown", (e) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
    if (e.key === "/" && !typing && tools && !tools.hidden) {
      e.preventDefault();
      query.focus();
    } else if (e.key === "Escape" && e.target === query) {
      query.value = "";
      filter();
      remember();
    }
  });

  // A finding that a link leads to is shown whatever the filters say.
  const reveal = () => {
    const at = location.hash.startsWith("#f-") && one(location.hash.slice(1));
    if (!at) return;
    for (let e = at; e; e = e.parentElement) {
      if (e.tagName === "DETAILS") e.open = true;
      if (e.tagName === "ARTICLE") e.hidden = false;
    }
    at.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Tables: a field to filter by, and headings that sort.
  for (const table of all("table.data")) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    if (rows.length < 2) continue;
    const bar = make("div", "find");
    const input = make("input");
    input.type = "search";
    input.placeholder = "Filter " + rows.length + " rows";
    input.setAttribute("aria-label", "Filter: " + table.caption.textContent);
    const count = make("small");
    count.setAttribute("aria-live", "polite");
    bar.append(input, count);
    table.parentElement.before(bar);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((w) => text.includes(w));
        if (!row.hidden) shown++;
      }
      count.textContent = words.length ? shown + " of " + rows.length : "";
    });
    all("thead th", table).forEach((th, column) => {
      const button = make("button", "sort", th.textContent);
      button.type = "button";
      th.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = th.getAttribute("aria-sort") === "ascending";
        for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", down ? "descending" : "ascending");
        const numeric = th.classList.contains("num");
        const key = (row) => row.cells[column].textContent.trim();
        const sorted = rows.slice().sort((a, b) => {
          const x = key(a), y = key(b);
          const c = numeric ? (parseFloat(x) || 0) - (parseFloat(y) || 0) : x < y ? -1 : x > y ? 1 : 0;
          return down ? -c : c;
        });
        body.append(...sorted);
      });
    });
  }

  // Pictures: hover or focus shows a node's own needs; the large ones move and grow.
  for (const pic of all("svg.pic")) {
    const nodes = all(".node", pic);
    const edges = all(".edge", pic);
    if (nodes.length < 4) continue;
    const light = (at) => {
      const on = new Set([at]);
      for (const e of edges) {
        const near = e.dataset.from === at || e.dataset.to === at;
        e.classList.toggle("on", near);
        if (near) on.add(e.dataset.from).add(e.dataset.to);
      }
      for (const n of nodes) n.classList.toggle("on", on.has(n.dataset.node));
      pic.classList.add("lit");
    };
    const dark = () => pic.classList.remove("lit");
    for (const n of nodes) {
      n.addEventListener("mouseenter", () => light(n.dataset.node));
      n.addEventListener("mouseleave", dark);
    }
  }
  // A picture grows and shrinks within a box that scrolls.
  for (const canvas of all(".canvas")) {
    const pic = canvas.querySelector("svg.pic");
    const width = Number(pic.getAttribute("width"));
    const height = Number(pic.getAttribute("height"));
    const fitting = () => Math.min(1, (canvas.clientWidth - 32) / width);
    let scale = 1;
    const apply = (to, x, y) => { // the point at x, y of the box stays where it is
      const by = to / scale;
      const left = (canvas.scrollLeft + x) * by - x;
      const top = (canvas.scrollTop + y) * by - y;
      scale = to;
      pic.setAttribute("width", String(width * scale));
      pic.setAttribute("height", String(height * scale));
      canvas.scrollLeft = left;
      canvas.scrollTop = top;
    };
    const zoom = (by, x, y) => apply(Math.min(3, Math.max(fitting() / 2, scale * by)), x ?? canvas.clientWidth / 2, y ?? canvas.clientHeight / 2);
    const fit = () => apply(fitting(), 0, 0);
    const bar = make("div", "zoom");
    for (const [text, says, act] of [["+", "Zoom in", () => zoom(1.3)], ["\u2212", "Zoom out", () => zoom(1 / 1.3)], ["Fit", "Show the whole picture", fit]]) {
      const b = make("button", "", text);
      b.type = "button";
      b.setAttribute("aria-label", says);
      b.addEventListener("click", act);
      bar.append(b);
    }
    canvas.parentElement.append(bar);
    canvas.classList.add("live");
    canvas.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && !e.metaKey) return; // the page scrolls
      e.preventDefault();
      const r = canvas.getBoundingClientRect();
      zoom(e.deltaY > 0 ? 1 / 1.15 : 1.15, e.clientX - r.left, e.clientY - r.top);
    }, { passive: false });
    let last = null;
    pic.addEventListener("mousedown", (e) => { last = e; e.preventDefault(); });
    addEventListener("mousemove", (e) => {
      if (!last) return;
      canvas.scrollLeft += last.clientX - e.clientX;
      canvas.scrollTop += last.clientY - e.clientY;
      last = e;
    });
    addEventListener("mouseup", () => { last = null; });
    canvas.addEventListener("keydown", (e) => {
      if (e.key === "+") zoom(1.3);
      else if (e.key === "-") zoom(1 / 1.3);
      else if (e.key === "0") fit();
      else return;
      e.preventDefault();
    });
    // A picture too wide to be read as a whole opens at its first root.
    apply(Math.max(0.75, fitting()), 0, 0);
    const root = pic.querySelector(".node.root, .node.failed");
    if (root) {
      const r = root.getBoundingClientRect(), c = canvas.getBoundingClientRect();
      canvas.scrollLeft += r.left + r.width / 2 - c.left - c.width / 2;
      canvas.scrollTop += r.top + r.height / 2 - c.top - c.height / 2;
    }
  }

  // Day and night.
  const theme = one("theme");
  if (theme) {
    theme.hidden = false;
    const isDark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
    theme.addEventListener("click", () => {
      document.documentElement.dataset.theme = isDark() ? "light" : "dark";
      name();
    });
    name();
  }
})();
