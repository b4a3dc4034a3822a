// Keyboard movement and copy buttons. Everything works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  const OFF = "clearinghouse-keys-off";
  const KEEP = "input, textarea, select, [contenteditable], dialog[open]";
  root.classList.add("js");

  const remembered = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
  const remember = (off) => { try { off ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF); } catch { /* not kept */ } };
  const help = () => document.getElementById("keys");
  const say = (text) => { const place = document.getElementById("said"); if (place) place.textContent = text; };

  // The first link of each row of a table of class "rows" is what one moves between, so that Enter follows it.
  const links = () => [...document.querySelectorAll("table.rows > tbody > tr")]
    .filter((row) => row.checkVisibility?.() ?? true).map((row) => row.querySelector("a, button")).filter(Boolean);

  const move = (by) => {
    const all = links();
    const row = document.activeElement?.closest?.("table.rows > tbody > tr");
    const at = row ? all.findIndex((link) => row.contains(link)) : -1;
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
    next?.focus();
    next?.closest("tr").scrollIntoView({ block: "nearest" });
  };

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => { const box = document.querySelector("main input[type=search]") || document.querySelector("input[type=search]"); box?.focus(); box?.select(); },
    "?": () => help()?.showModal?.(),
    n: () => document.querySelector("a[rel=next]")?.click(),
    p: () => document.querySelector("a[rel=prev]")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || remembered()) return;
    const act = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!act || event.target.closest?.(KEEP)) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.matches(".keys")) {
      const box = document.getElementById("keys-on");
      if (box) box.checked = !remembered();
      help()?.showModal?.();
    } else if (button.matches(".copy")) {
      const text = button.dataset.copy;
      try {
        await navigator.clipboard.writeText(text);
        say(`${text} is copied`);
        button.textContent = "Copied";
      } catch {
        say("The browser does not let this page copy");
        button.textContent = "Not copied";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "keys-on") remember(!event.target.checked);
  });
})();
