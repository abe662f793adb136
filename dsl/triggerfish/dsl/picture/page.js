(function () {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const picture = byId("picture"), view = byId("view"), search = byId("search"), hits = byId("hits");
  const aside = byId("text");
  const whole = { width: Number(picture.dataset.width), height: Number(picture.dataset.height) };
  const boxes = Array.from(picture.querySelectorAll(".box"));
  let scale = 1, left = 0, top = 0;

  // --- moving and zooming -------------------------------------------------------------------

  function draw() {
    const room = view.getBoundingClientRect();
    picture.setAttribute("viewBox", [left, top, room.width / scale, room.height / scale].join(" "));
  }

  window.addEventListener("beforeprint", () => picture.setAttribute("viewBox", `0 0 ${whole.width} ${whole.height}`));
  window.addEventListener("afterprint", draw);

  function fit() {
    const room = view.getBoundingClientRect();
    const across = room.width / whole.width, down = room.height / whole.height;
    scale = Math.min(1.25, Math.max(Math.min(across, down), Math.min(across, 0.6), 0.05));
    left = (whole.width - room.width / scale) / 2;
    top = Math.min(0, (whole.height - room.height / scale) / 2);
    draw();
  }

  function zoom(factor, x, y) {
    const room = view.getBoundingClientRect();
    const atX = x === undefined ? room.width / 2 : x - room.left;
    const atY = y === undefined ? room.height / 2 : y - room.top;
    const next = Math.min(6, Math.max(0.03, scale * factor));
    left += atX / scale - atX / next;
    top += atY / scale - atY / next;
    scale = next;
    draw();
  }

  function move(dx, dy) {
    const room = view.getBoundingClientRect();
    const stay = 60 / scale;
    left = Math.min(whole.width - stay, Math.max(stay - room.width / scale, left + dx / scale));
    top = Math.min(whole.height - stay, Math.max(stay - room.height / scale, top + dy / scale));
    draw();
  }

  function show(box) {
    const place = box.getBBox(), room = view.getBoundingClientRect();
    if (scale < 0.6) { scale = 0.9; }
    const wide = room.width / scale, high = room.height / scale, air = 30;
    const inside = place.x >= left + air && place.x + place.width <= left + wide - air &&
      place.y >= top + air && place.y + place.height <= top + high - air;
    if (inside) { draw(); return; }
    left = place.x + place.width / 2 - wide / 2;
    top = place.y + place.height / 2 - high / 2;
    draw();
  }

  view.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      zoom(Math.exp(-event.deltaY * 0.004), event.clientX, event.clientY);
    } else {
      const lines = event.deltaMode === 1 ? 16 : 1;
      move((event.shiftKey ? event.deltaY : event.deltaX) * lines, (event.shiftKey ? 0 : event.deltaY) * lines);
    }
  }, { passive: false });

  const fingers = new Map();
  let spread = 0, dragged = false;
  view.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event);
    dragged = false;
    spread = 0;
  });
  view.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) { return; }
    fingers.set(event.pointerId, event);
    if (fingers.size === 1) {
      const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
      if (dx || dy) {
        if (!dragged) { view.setPointerCapture(event.pointerId); }
        dragged = true;
        view.classList.add("held");
        move(-dx, -dy);
      }
    } else {
      const [one, two] = Array.from(fingers.values());
      const now = Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
      if (spread) { zoom(now / spread, (one.clientX + two.clientX) / 2, (one.clientY + two.clientY) / 2); }
      spread = now;
    }
  });
  for (const over of ["pointerup", "pointercancel"]) {
    view.addEventListener(over, (event) => {
      fingers.delete(event.pointerId);
      spread = 0;
      view.classList.remove("held");
    });
  }

  // --- picture and source ---------------------------------------------------------------------

  function light(line) {
    for (const each of document.querySelectorAll(".lit")) { each.classList.remove("lit"); }
    if (!line) { return; }
    const same = '[data-line="' + line + '"]';
    for (const each of document.querySelectorAll("#picture .box" + same + ", #picture text" + same + ", #text li" + same)) {
      each.classList.add("lit");
    }
    for (const text of picture.querySelectorAll("text.lit")) { text.closest(".box").classList.add("lit"); }
  }

  function lineOf(target) {
    const holder = target.closest && target.closest("[data-line]");
    return holder ? holder.dataset.line : "";
  }

  function showSource(line) {
    const row = aside.querySelector('#source li[data-line="' + line + '"]');
    if (!row || aside.hidden) { return; }
    const room = aside.getBoundingClientRect(), place = row.getBoundingClientRect();
    if (place.top < room.top + 20 || place.bottom > room.bottom - 20) {
      aside.scrollTop += place.top - room.top - room.height / 3;
    }
  }

  function showPicture(line) {
    const own = picture.querySelector('.box[data-line="' + line + '"]');
    const text = picture.querySelector('text[data-line="' + line + '"]');
    const box = own || (text && text.closest(".box"));
    if (box) { show(box); }
  }

  picture.addEventListener("pointerover", (event) => {
    if (dragged && fingers.size) { return; }
    const line = lineOf(event.target);
    light(line);
    if (line) { showSource(line); }
  });
  picture.addEventListener("focusin", (event) => {
    const line = lineOf(event.target);
    light(line);
    showSource(line);
    const box = event.target.closest(".box");
    if (box && !fingers.size) { show(box); }
  });
  picture.addEventListener("click", (event) => {
    const line = lineOf(event.target);
    if (line && !dragged) {
      light(line);
      showSource(line);
      history.replaceState(null, "", "#L" + line);
    }
  });
  aside.addEventListener("pointerover", (event) => { light(lineOf(event.target)); });
  aside.addEventListener("focusin", (event) => {
    const line = lineOf(event.target);
    light(line);
    if (line) { showPicture(line); }
  });
  aside.addEventListener("click", (event) => {
    const line = lineOf(event.target);
    if (line) { light(line); showPicture(line); }
  });
  for (const part of [picture, aside]) { part.addEventListener("pointerleave", () => { light(lineOf(document.activeElement)); }); }

  // --- searching ------------------------------------------------------------------------------

  let found = [], place = -1;
  function look() {
    const wanted = search.value.trim().toLowerCase();
    for (const box of boxes) { box.classList.remove("hit", "here"); }
    found = wanted ? boxes.filter((box) => box.textContent.toLowerCase().includes(wanted)) : [];
    for (const box of found) { box.classList.add("hit"); }
    picture.classList.toggle("seeking", wanted !== "");
    place = -1;
    hits.textContent = wanted ? (found.length ? found.length + " found" : "nothing found") : "";
    if (found.length) { next(1); }
  }
  function next(step) {
    if (!found.length) { return; }
    if (place >= 0) { found[place].classList.remove("here"); }
    place = (place + step + found.length) % found.length;
    found[place].classList.add("here");
    hits.textContent = (place + 1) + " of " + found.length;
    show(found[place]);
    light(found[place].dataset.line);
    showSource(found[place].dataset.line);
  }
  search.addEventListener("input", look);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); next(event.shiftKey ? -1 : 1); }
    if (event.key === "Escape") { search.value = ""; look(); view.focus(); }
    event.stopPropagation();
  });

  // --- buttons and keys -----------------------------------------------------------------------

  function beside() {
    aside.hidden = !aside.hidden;
    byId("beside").setAttribute("aria-pressed", String(!aside.hidden));
    draw();
  }
  function theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  }
  byId("in").addEventListener("click", () => zoom(1.25));
  byId("out").addEventListener("click", () => zoom(0.8));
  byId("fit").addEventListener("click", fit);
  byId("beside").addEventListener("click", beside);
  byId("theme").addEventListener("click", theme);
  const keys = {
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "0": fit, "s": beside, "d": theme,
    "/": () => search.focus(), "n": () => next(1), "p": () => next(-1),
  };
  const arrows = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (arrows[event.key] && view.contains(document.activeElement)) {
      event.preventDefault();
      move(arrows[event.key][0], arrows[event.key][1]);
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  window.addEventListener("resize", draw);
  fit();
  const asked = /^#L(\d+)$/.exec(location.hash);
  if (asked) { light(asked[1]); showSource(asked[1]); showPicture(asked[1]); }
})();
