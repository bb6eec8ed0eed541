// Refreshes the parts of a page that say so, without losing the reader's place. Pages work without it.
(() => {
  const EVERY_MS = 3000;
  const parts = () => document.querySelectorAll("[data-refresh]");
  if (parts().length === 0) return;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts()) {
        const next = fresh.getElementById(part.id);
        if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
      }
    } catch { /* the server is away; the next round tries again */ }
  }, EVERY_MS);
})();
