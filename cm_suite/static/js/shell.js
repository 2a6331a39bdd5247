// The shell: menus, dialogs, toasts, theme and density, shortcuts, one submit per form. No state but cookies.
(() => {
  const root = document.documentElement;
  const YEAR = 31536000;
  const TOAST_MS = 8000;
  const CHORD_MS = 1200;

  const remember = (name, value) => {
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `${name}=${value};path=/;max-age=${YEAR};samesite=lax${secure}`;
  };

  // Theme and density: <button data-theme-set="dark">, <button data-density-set="compact">
  const press = () => {
    document.querySelectorAll("[data-theme-set]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.themeSet === root.dataset.themeChoice)));
    document.querySelectorAll("[data-density-set]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.densitySet === root.dataset.density)));
  };
  const setTheme = (value) => {
    root.dataset.themeChoice = value;
    remember("cm_theme", value);
    document.dispatchEvent(new Event("cm:theme"));
    press();
  };
  const setDensity = (value) => {
    root.dataset.density = value;
    remember("cm_density", value);
    press();
  };

  // Dialogs: <button data-dialog="id"> opens, <button data-close> closes the one around it.
  const openDialog = (id) => {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
  };

  // Toasts: errors stay until dismissed, the rest leaves by itself unless it is being read.
  const armToast = (toast) => {
    if (toast.dataset.stay !== undefined || toast.dataset.armed !== undefined) return;
    toast.dataset.armed = "";
    let timer = setTimeout(() => toast.remove(), TOAST_MS);
    const hold = () => clearTimeout(timer);
    const release = () => { timer = setTimeout(() => toast.remove(), TOAST_MS); };
    toast.addEventListener("mouseenter", hold);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("mouseleave", release);
    toast.addEventListener("focusout", release);
  };
  const say = (template) => {
    const source = document.getElementById(template);
    const region = document.getElementById("toasts");
    if (!source || !region || region.querySelector(`[data-from="${template}"]`)) return;
    const toast = source.content.firstElementChild.cloneNode(true);
    toast.dataset.from = template;
    region.append(toast);
    armToast(toast);
  };

  const closeMenus = (except) => document.querySelectorAll("details.menu[open]").forEach((m) => {
    if (!except || !m.contains(except)) m.open = false;
  });
  const toggleRail = (button) => {
    const open = button.closest(".rail").classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    closeMenus(target);
    const hit = (selector) => target.closest(selector);
    let el;
    if ((el = hit("[data-theme-set]"))) setTheme(el.dataset.themeSet);
    else if ((el = hit("[data-density-set]"))) setDensity(el.dataset.densitySet);
    else if ((el = hit("[data-dialog]"))) openDialog(el.dataset.dialog);
    else if ((el = hit("[data-close]"))) el.closest("dialog")?.close();
    else if ((el = hit("[data-dismiss]"))) el.closest(".toast-cm, .banner")?.remove();
    else if ((el = hit(".rail-toggle"))) toggleRail(el);
    else if ((el = hit("[data-copy]"))) navigator.clipboard?.writeText(el.dataset.copy).then(() => say("toast-copied"));
    else if (target instanceof HTMLDialogElement && target.classList.contains("dialog")) target.close();
  });

  // Shortcuts: anything with data-key="g t" (a chord) or data-key="n" is followed or pressed.
  let chord = "";
  let chordAt = 0;
  const typing = (el) => el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.querySelector("details.menu[open]");
      if (open) { open.open = false; open.querySelector("summary")?.focus(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") { event.preventDefault(); openDialog("keys"); return; }
    if (event.key.length !== 1) return;
    const now = Date.now();
    const key = (chord && now - chordAt < CHORD_MS ? `${chord} ` : "") + event.key.toLowerCase();
    chord = "";
    const el = document.querySelector(`[data-key="${CSS.escape(key).replaceAll("\\ ", " ")}"]`);
    if (el) { event.preventDefault(); el.click(); }
    else if (event.key === "g") { chord = "g"; chordAt = now; }
  });

  // One submit per form: the second click of a double click does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get" || form.method === "dialog") return;
    if (form.getAttribute("aria-busy") === "true") event.preventDefault();
    else form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach((f) => f.removeAttribute("aria-busy")));

  // A select or radio that applies itself: <select data-submit>
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLElement && event.target.dataset.submit !== undefined) event.target.form?.requestSubmit();
  });

  // Counting characters: <textarea data-count="500"> with <output for=id class="counter">
  const count = (el) => {
    const out = document.querySelector(`output[for~="${el.id}"]`);
    if (!out) return;
    const left = Number(el.dataset.count) - [...el.value].length;
    out.textContent = String(left);
    out.classList.toggle("is-over", left < 0);
  };
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLElement && event.target.dataset.count) count(event.target);
  });

  // htmx: a line on top while it works, a word when it fails.
  document.addEventListener("htmx:beforeRequest", () => root.classList.add("is-loading"));
  document.addEventListener("htmx:afterRequest", () => root.classList.remove("is-loading"));
  document.addEventListener("htmx:responseError", () => say("toast-error"));
  document.addEventListener("htmx:sendError", () => say("toast-offline"));
  document.addEventListener("htmx:timeout", () => say("toast-offline"));
  document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("dialog[data-open]").forEach((d) => d.showModal()));

  document.addEventListener("htmx:oobAfterSwap", () => document.querySelectorAll("#toasts .toast-cm").forEach(armToast));

  press();
  document.querySelectorAll("#toasts .toast-cm").forEach(armToast);
  document.querySelectorAll("[data-count]").forEach(count);
  document.querySelectorAll("dialog[data-open]").forEach((d) => d.showModal());
  window.cm = { say, openDialog };
})();
