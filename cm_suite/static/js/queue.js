// The queue: one hand on the keyboard, the five minutes of whoever is on a comment, where the focus goes.
// Every key presses a button or follows a link that is on the page, so that all of it works without keys.
(() => {
  const CHORD_MS = 1200;
  const RENEW_MS = 60000;
  const WARN_MS = 60000;
  const LOOK_MS = 30000;
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const seen = (el) => el.getClientRects().length > 0;
  const writing = (el) => el instanceof HTMLElement
    && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) || (el.tagName === "INPUT" && !/^(radio|checkbox)$/.test(el.type)));

  // The list -----------------------------------------------------------------
  const rows = () => all(".qrow");
  const here = () => {
    const list = rows();
    const focused = list.indexOf(document.activeElement);
    return focused >= 0 ? focused : list.findIndex((row) => row.getAttribute("aria-current") === "true");
  };
  const move = (step) => {
    const list = rows();
    const next = list[Math.min(list.length - 1, Math.max(0, here() + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const mark = () => {
    const open = one("#pane")?.dataset.review;
    one("#desk")?.classList.toggle("has-open", Boolean(open));
    rows().forEach((row) => {
      if (row.dataset.review === open) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
  };

  // Keys ---------------------------------------------------------------------
  let chordAt = 0;
  const press = (key) => {
    const el = all(`[data-q="${CSS.escape(key)}"]`).find(seen);
    el?.click();
    return Boolean(el);
  };
  const reason = (digit) => {
    const choices = all(".qquick input[type=radio]").filter(seen);
    const choice = choices[digit - 1];
    if (!choice) return false;
    choice.checked = true;
    choice.focus();
    return true;
  };
  const open = () => {
    const row = rows()[Math.max(0, here())];
    row?.click();
    return Boolean(row);
  };
  const quiet = () => !document.activeElement || document.activeElement === document.body || document.activeElement.matches(".qrow, #main, h2");
  const KEYS = {
    j: () => (move(1), true),
    k: () => (move(-1), true),
    o: open,
    ArrowDown: () => quiet() && (move(1), true),
    ArrowUp: () => quiet() && (move(-1), true),
  };
  // What is pressed while a comment opens, or is being taken, is done once its acts are there.
  const SOON_MS = 3000;
  let early = [];
  let earlyAt = 0;
  const opening = () => Boolean(one(".qrow.htmx-request, #acts form[hx-trigger*='load']"));
  const keep = (key) => {
    if (!/^[aehvdr1-9]$/.test(key) || !opening()) return false;
    if (!early.length) earlyAt = Date.now();
    early.push(key);
    return true;
  };
  const replay = () => {
    const keys = Date.now() - earlyAt < SOON_MS ? early : [];
    early = [];
    keys.forEach((key) => (/^[1-9]$/.test(key) ? reason(Number(key)) : press(key)));
  };
  document.addEventListener("keydown", (event) => {
    if (one("dialog[open]") || !one("#desk")) return;
    if (writing(event.target)) {
      if (event.key === "Escape") one("#decide input[name=act]:checked")?.focus();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chorded = Date.now() - chordAt < CHORD_MS;
    chordAt = event.key === "g" && !chorded ? Date.now() : 0;
    if (event.key === "g" || chorded) return;
    const digit = /^[1-9]$/.test(event.key);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const done = keep(key) || (digit ? reason(Number(key)) : key in KEYS ? KEYS[key]() : key.length === 1 && press(key));
    if (done) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // The form -----------------------------------------------------------------
  document.addEventListener("change", (event) => {
    const el = event.target;
    if (!(el instanceof HTMLElement)) return;
    if (el.id === "decide-label") el.dataset.touched = "";
    if (el.name !== "act") return;
    all(".qquick input:checked").filter((each) => !seen(each)).forEach((each) => { each.checked = false; });
    const first = el.value === "reply" ? one("#decide-text") : all(".qquick input").find(seen);
    first?.focus({ preventScroll: true });
    one(".qsubmit")?.scrollIntoView({ block: "nearest" });
  });

  // Blocking somebody asks why first.
  document.addEventListener("toggle", (event) => {
    const el = event.target;
    if (el instanceof HTMLElement && el.matches(".qblock") && el.open) one("input[name=reason]", el)?.focus();
  }, true);

  // The five minutes -----------------------------------------------------------
  let renewedAt = Date.now();
  const hold = () => one("#hold[data-until]");
  const tick = () => {
    const el = hold();
    if (!el) return;
    const left = Date.parse(el.dataset.until) - Date.now();
    const over = left <= 0;
    const minutes = Math.floor(left / 60000);
    const seconds = String(Math.floor(left / 1000) % 60).padStart(2, "0");
    one("[data-left]", el).textContent = over ? "" : `(${minutes}:${seconds})`;
    el.classList.toggle("is-short", left < WARN_MS);
    one(".qhold-on", el).hidden = over;
    one(".qhold-over", el).hidden = !over;
    one(".qhold-again", el).hidden = !over;
  };
  const renew = () => {
    const el = hold();
    if (!el || Date.now() - renewedAt < RENEW_MS || Date.parse(el.dataset.until) <= Date.now()) return;
    renewedAt = Date.now();
    window.htmx?.ajax("POST", el.dataset.renew, { target: "#hold", swap: "outerHTML" });
  };
  ["keydown", "pointerdown", "input", "wheel"].forEach((name) => document.addEventListener(name, renew, { passive: true }));
  setInterval(tick, 1000);
  tick();

  // What came since the list was read: a word over it every half minute, while the page is looked at --------
  const look = async () => {
    const el = one("#qnews");
    if (!el || document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(el.dataset.look, { headers: { "HX-Request": "true", "HX-Target": "qnews" } });
      const text = answer.ok && !answer.redirected ? await answer.text() : "";
      if (!text.includes('id="qnews"') || !el.isConnected) return;
      el.outerHTML = text;
      window.htmx?.process(one("#qnews"));
    } catch {
      // The server is away: the next look says more.
    }
  };
  setInterval(look, LOOK_MS);

  // The message that offers to undo: the last one alone, and gone once it was used -----------------------
  document.addEventListener("htmx:oobAfterSwap", () => all("#toasts [data-undo]").slice(0, -1).forEach((toast) => toast.remove()));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.target instanceof Element) event.target.closest("[data-undo]")?.remove();
  });

  // After a swap ---------------------------------------------------------------
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.id;
    tick();
    if (id === "reading") {
      const label = one("#decide-label");
      if (label && label.dataset.touched === undefined && target.dataset.label) label.value = target.dataset.label;
      one(".reading-tabs [aria-current]")?.focus();
    }
    if (id === "hold" && hold()) one("#outcome[data-lost]")?.remove();
    if (id === "acts") {
      renewedAt = Date.now();
      const field = one("#outcome", target) ? null : one(".qform [aria-invalid=true]:not([type=radio])", target);
      const alarm = one("#outcome, .qform .errorlist", target);
      if (field) field.focus();
      else if (alarm) { alarm.tabIndex = -1; alarm.focus(); }
      replay();
    }
    if (id !== "pane" && id !== "desk" && id !== "qlist") return;
    const badge = one(".rail-link[aria-current] .count");
    const waiting = one("#qhead .count");
    if (badge && waiting) badge.textContent = waiting.textContent;
    mark();
    if (id === "qlist") {
      (one(".qrow[aria-current]") || one(".qrow"))?.focus({ preventScroll: true });
      return;
    }
    renewedAt = Date.now();
    (one("#outcome") || one("#pane-title"))?.focus({ preventScroll: true });
    one(".qrow[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (!opening()) replay();
  });
})();
