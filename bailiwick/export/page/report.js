"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const svg = document.getElementById("map"), view = document.getElementById("view"), tip = document.getElementById("tip");
  const W = 975, H = 610, number = new Intl.NumberFormat("en-US"), percent = (v) => (100 * v).toFixed(1) + "%";
  let k = 1, x = 0, y = 0;

  const clamp = (v, low, high) => Math.min(Math.max(v, low), high);
  function draw() {
    x = clamp(x, W * (1 - k), 0); y = clamp(y, H * (1 - k), 0);
    view.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
    for (const c of view.querySelectorAll("#accounts circle")) c.setAttribute("r", c.dataset.r / Math.pow(k, 0.7));
    labels();
  }
  function labels() {
    const taken = [];
    for (const g of view.querySelectorAll("g.base")) {
      g.setAttribute("transform", `translate(${g.dataset.x} ${g.dataset.y}) scale(${1 / k})`);
      const px = g.dataset.x * k, py = g.dataset.y * k, half = g.querySelector("text").textContent.length * 2.6 + 3;
      const box = [px - half, py - 16, px + half, py + 4];
      const clash = taken.some((o) => box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3]);
      g.querySelector("text").style.display = clash ? "none" : "";
      if (!clash) taken.push(box);
    }
  }
  function zoom(factor, cx = W / 2, cy = H / 2) {
    const next = clamp(k * factor, 1, 24);
    x = cx - (cx - x) * (next / k); y = cy - (cy - y) * (next / k); k = next; draw();
  }
  const at = (e) => { const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse()); return [p.x, p.y]; };
  svg.addEventListener("wheel", (e) => { if (!e.ctrlKey && !e.metaKey) return; e.preventDefault(); zoom(Math.exp(-e.deltaY / 300), ...at(e)); }, { passive: false });
  svg.addEventListener("dblclick", (e) => zoom(2, ...at(e)));
  let held = null;
  svg.addEventListener("pointerdown", (e) => { held = at(e); svg.setPointerCapture(e.pointerId); svg.classList.add("moving"); });
  svg.addEventListener("pointerup", () => { held = null; svg.classList.remove("moving"); });
  svg.addEventListener("pointercancel", () => { held = null; svg.classList.remove("moving"); });
  for (const b of document.querySelectorAll("[data-zoom]")) b.addEventListener("click", () => {
    if (b.dataset.zoom === "all") { k = 1; x = y = 0; draw(); } else zoom(b.dataset.zoom === "in" ? 1.7 : 1 / 1.7);
  });

  let hot = null;
  function light(t) {
    if (hot) hot.classList.remove("hot");
    hot = t === undefined ? null : view.querySelector(`.t[data-t="${t}"]`);
    if (hot) { hot.classList.add("hot"); hot.parentNode.append(hot); }
  }
  function facts(node, rows) {
    const list = document.createElement("dl");
    for (const [name, value] of rows) {
      const dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = name; dd.textContent = value; list.append(dt, dd);
    }
    node.append(list);
  }
  function tell(target, e) {
    const t = data.territories[target.dataset.t], title = document.createElement("b");
    tip.replaceChildren(title);
    if (target.tagName === "circle") {
      title.textContent = target.dataset.n;
      facts(tip, [["Tier", target.getAttribute("class").toUpperCase()], ["Raw opportunity", target.dataset.v], ["Territory", t.name]]);
    } else {
      title.textContent = t.rep ? `${t.name} · ${t.rep}` : t.name;
      facts(tip, [["Index", t.index.toFixed(3) + (t.inBand ? "" : ", outside the band")], ["FTE", t.fte.toFixed(2)],
        ["Accounts (tier A)", `${number.format(t.accounts)} (${t.a})`], ["Raw opportunity", number.format(t.raw)], ["Share of nation", percent(t.share)],
        ["Drive hours a year", number.format(t.drive)], ["Face time", Math.round(100 * t.face) + "%"], ["ZIPs", number.format(t.units)], ["Base", t.base]]);
    }
    tip.hidden = false;
    const box = svg.parentNode.getBoundingClientRect(), left = e.clientX - box.left, top = e.clientY - box.top;
    tip.style.left = (left + tip.offsetWidth + 30 > box.width ? left - tip.offsetWidth - 14 : left + 16) + "px";
    tip.style.top = clamp(top + 16, 0, Math.max(box.height - tip.offsetHeight - 6, 0)) + "px";
  }
  svg.addEventListener("pointermove", (e) => {
    if (held) { const [px, py] = at(e); x += px - held[0]; y += py - held[1]; held = [px, py]; draw(); tip.hidden = true; return; }
    const target = e.target.closest("[data-t]");
    if (!target) { tip.hidden = true; light(); return; }
    if (!hot || hot.dataset.t !== target.dataset.t) light(target.dataset.t);
    tell(target, e);
  });
  svg.addEventListener("pointerleave", () => { tip.hidden = true; light(); });

  function press(button) { for (const b of button.parentNode.children) b.setAttribute("aria-pressed", String(b === button)); }
  for (const b of document.querySelectorAll("[data-fill]")) b.addEventListener("click", () => {
    press(b);
    const byIndex = b.dataset.fill === "index";
    for (const p of view.querySelectorAll(".t, .wild")) {
      const t = data.territories[p.dataset.t];
      p.setAttribute("fill", byIndex ? data.steps[t.step] : data.palette[t.colour % data.palette.length]);
    }
    document.getElementById("legend-index").hidden = !byIndex;
  });
  for (const b of document.querySelectorAll("[data-layer]")) b.addEventListener("click", () => {
    const on = b.getAttribute("aria-pressed") !== "true";
    b.setAttribute("aria-pressed", String(on));
    document.getElementById(b.dataset.layer).style.display = on ? "" : "none";
  });

  const table = document.getElementById("scores"), body = table.tBodies[0], rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, i) => head.firstChild.addEventListener("click", () => {
    const numeric = head.classList.contains("num"), now = head.getAttribute("aria-sort");
    const down = now ? now === "ascending" : numeric;
    for (const h of heads) h.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (r) => r.cells[i].dataset.v;
    rows.sort((a, b) => (numeric ? key(a) - key(b) : key(a).localeCompare(key(b))) * (down ? -1 : 1));
    body.append(...rows);
  }));
  const filter = document.getElementById("filter"), count = document.getElementById("count");
  function sift() {
    const wanted = filter.value.trim().toLowerCase();
    let seen = 0;
    for (const r of rows) { const hit = r.textContent.toLowerCase().includes(wanted); r.hidden = !hit; seen += hit; }
    count.textContent = wanted ? `${seen} of ${rows.length}` : `${rows.length} territories`;
  }
  filter.addEventListener("input", sift);
  sift(); draw();
})();
