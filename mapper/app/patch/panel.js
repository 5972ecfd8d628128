// The map (or two of them) of a patch in sandboxed frames, and the cards beside it, in step here in
// the browser; the server is told afterwards. Text is only ever set as text. Frames are spoken to
// by messages; mapper/outputs/maps/patch.js says which there are.
const SVG = "http://www.w3.org/2000/svg";
const FIRST = 4; // cards at once, as panel.css has it
const STEP = 1000; // milliseconds a month stays while months play

function add(parent, kind, words, name) {
  const made = parent.ownerDocument.createElement(kind);
  if (words !== undefined && words !== null) { made.textContent = words; }
  if (name) { made.className = name; }
  parent.append(made);
  return made;
}

function strip(parent, card, months) {
  const box = add(parent, "div");
  const svg = parent.ownerDocument.createElementNS(SVG, "svg");
  const most = Math.max(...card.months, 1), wide = 132 / card.months.length;
  svg.setAttribute("viewBox", "0 0 132 34");
  svg.setAttribute("class", "strip");
  svg.setAttribute("role", "img");
  const said = card.months.map((n, at) => `${months[at]} ${n}`).join(", ");
  svg.setAttribute("aria-label", `Incidents by month: ${said}`);
  const part = (kind, given) => {
    const made = parent.ownerDocument.createElementNS(SVG, kind);
    for (const [name, value] of Object.entries(given)) { made.setAttribute(name, value); }
    svg.append(made);
    return made;
  };
  part("line", { x1: 0, x2: 132, y1: 33.5, y2: 33.5 });
  card.months.forEach((n, at) => {
    const tall = n ? Math.max(30 * n / most, 1.5) : 0;
    const bar = part("rect", { x: at * wide + wide * 0.12, width: wide * 0.76, y: 33 - tall,
      height: tall, class: at === card.months.length - 1 ? "now" : "" });
    const tip = parent.ownerDocument.createElementNS(SVG, "title");
    tip.textContent = `${months[at]}: ${n}`;
    bar.append(tip);
  });
  box.append(svg);
  const ends = add(box, "div", null, "ends");
  add(ends, "span", months[0].replace(/ .*/, "").slice(0, 3));
  add(ends, "span", months[months.length - 1].replace(/ .*/, "").slice(0, 3));
}

function points(parent, title, lines, none) {
  add(parent, "h4", title);
  if (!lines.length) { add(parent, "p", none, "quiet"); return; }
  const list = add(parent, "ul");
  for (const line of lines) { add(list, "li", line); }
}

function week(parent, card, data) {
  const table = add(parent, "table", null, "week");
  const head = add(add(table, "thead"), "tr");
  add(head, "td", "");
  for (const day of data.days) { add(head, "th", day).scope = "col"; }
  const body = add(table, "tbody");
  data.shifts.forEach((shift, at) => {
    const line = add(body, "tr");
    add(line, "th", shift).scope = "row";
    for (let day = 0; day < 7; day += 1) {
      const place = day * data.shifts.length + at;
      const cell = add(line, "td", String(Math.round(card.week[place])),
        card.peaks[place] ? "peak" : "");
      if (card.peaks[place]) { cell.title = "Busier than an even spread explains"; }
    }
  });
}

function more(parent, card, data) {
  const box = add(parent, "div", null, "more");
  if (card.name !== card.title) { add(box, "p", card.name); }
  const state = add(box, "p");
  add(state, "span", card.state, card.late ? "chip late" : "chip");
  if (card.phase) { add(state, "span", `${card.phase} prevention`, "chip"); }
  add(box, "p", card.reason);
  if (card.needs) { add(box, "p", card.needs); }
  if (card.busiest) { add(box, "p", card.busiest, "quiet"); }
  if (card.pattern) { add(box, "p", `Over the months: ${card.pattern}`, "quiet"); }
  if (card.visited) { add(box, "p", card.visited, "quiet"); }
  for (const words of [card.deprived, card.inequality]) { if (words) { add(box, "p", words, "quiet"); } }
  add(box, "h4", `When in the week, ${data.period}`);
  if (!card.peak) { add(box, "p", card.when, "when"); }
  if (card.week) { week(box, card, data); }
  points(box, "Near: risks", card.risks, data.noPlaces || "None within about a kilometre.");
  points(box, "Near: what protects", card.assets, data.noPlaces || "None within about a kilometre.");
  if (card.both.length) { points(box, "Near: both", card.both, ""); }
  if (data.nearNote) { add(box, "p", data.nearNote, "quiet"); }
  add(box, "h4", card.phase ? `Suggested prevention: ${card.phase}` : "Prevention phase");
  add(box, "p", card.phase ? `${card.rule}. ${card.why}` : card.why || "No rule fits.");
  if (card.phase) { add(box, "p", "A suggestion by rule; people decide.", "quiet"); }
  points(box, "Open actions", card.actions, "None yet. Start with “Assess this place” below.");
  if (card.door) { add(box, "p", card.door, "quiet"); }
}

function cardOf(parent, card, data, choose) {
  const made = add(parent, "li", null, "card");
  made.dataset.id = card.id;
  const head = add(made, "h3");
  add(head, "b", String(card.rank));
  const button = add(head, "button", card.title);
  button.type = "button";
  add(made, "p", "", "away");
  const row = add(made, "div", null, "row");
  const left = add(row, "div");
  add(left, "p", card.number);
  if (card.peak) { add(left, "p", card.peak, "when"); }
  if (card.months.length > 1) { strip(row, card, data.months); }
  if (card.direction) { add(made, "p", `${card.direction[0].toUpperCase()}${card.direction.slice(1)}`, "where"); }
  if (card.doing) { add(made, "p", card.doing, card.late ? "late" : ""); }
  if (card.visit) { add(made, "p", card.visit, "quiet"); }
  more(made, card, data);
  made.addEventListener("click", () => choose(card.id));
  return made;
}

function mark(state, id, { scroll }) {
  state.chosen = id;
  for (const card of state.cards.querySelectorAll(".card")) {
    const chosen = card.dataset.id === id;
    card.classList.toggle("chosen", chosen);
    const button = card.querySelector("button");
    button.setAttribute("aria-expanded", String(chosen));
    if (chosen) { card.setAttribute("aria-current", "true"); }
    else { card.removeAttribute("aria-current"); }
    if (chosen && scroll) { state.list.scrollTop = Math.max(0, card.offsetTop - state.list.offsetTop - 8); }
  }
}

const send = (frame, told) => frame.contentWindow.postMessage(told, "*");
function tell(state, told) {
  for (const one of state.maps) { if (one.ready) { send(one.frame, told); } }
}

function month(state, at) {
  const last = state.data.months.length;
  state.month = Math.min(Math.max(at, 0), last);
  state.range.value = state.month;
  const name = state.month === last ? "" : state.data.months[state.month];
  state.output.textContent = name || "All these days";
  state.range.setAttribute("aria-valuetext", name || state.data.period);
  tell(state, { mapper: "month", at: name ? state.month : -1 });
}

function play(state, on) {
  clearInterval(state.timer);
  state.timer = null;
  state.play.setAttribute("aria-pressed", String(on));
  state.play.textContent = on ? "Stop" : "Play months";
  if (!on) { return; }
  month(state, state.month >= state.data.months.length ? 0 : state.month + 1);
  state.timer = setInterval(() => {
    if (!state.root.isConnected) { clearInterval(state.timer); return; }
    month(state, state.month + 1);
    if (state.month >= state.data.months.length) { play(state, false); }
  }, STEP);
}

// What was chosen here last; nobody chose yet: dark as the device is.
function kept(name, value) {
  const dark = name === "dark" && window.matchMedia("(prefers-color-scheme: dark)").matches;
  try {
    if (value === undefined) { return (localStorage.getItem(`mapper ${name}`) ?? (dark ? "on" : "")) === "on"; }
    localStorage.setItem(`mapper ${name}`, value ? "on" : "off");
  } catch { return false; }
  return value;
}

function toggle(state, name, button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  kept(name, on);
  if (name === "dark") { state.root.classList.toggle("dark", on); }
  tell(state, { mapper: name, on });
}

function drawing(state, on) {
  state.drawing = on;
  state.root.querySelector(".t-draw").setAttribute("aria-pressed", String(on));
  state.told.textContent = on ?
    "Click the corners; double click, Enter or the first corner ends it. Escape leaves it." : "";
  send(state.maps[0].frame, { mapper: "draw", on });
}

function greet(state, one) {
  one.ready = true;
  const dark = state.root.querySelector(".t-dark").getAttribute("aria-pressed") === "true";
  const places = state.root.querySelector(".t-places").getAttribute("aria-pressed") === "true";
  send(one.frame, { mapper: "dark", on: dark });
  send(one.frame, { mapper: "places", on: places });
  if (state.month < state.data.months.length) { send(one.frame, { mapper: "month", at: state.month }); }
  if (one === state.maps[0] && state.chosen) { send(one.frame, { mapper: "choose", id: state.chosen }); }
  if (one === state.maps[0]) { goTo(state); }
  if (state.here) {
    send(one.frame, { mapper: "here", lat: state.here.latitude, lon: state.here.longitude });
  }
}

function goTo(state) {
  const found = state.data.found;
  if (!found || !state.maps[0].ready || found.key === state.gone) { return; }
  state.gone = found.key;
  tell(state, { mapper: "goto", lat: found.lat, lon: found.lon, box: found.box, words: found.words });
}

function hear(state, event) {
  const one = state.maps.find((map) => event.source === map.frame.contentWindow);
  const told = event.data;
  if (!one || !told) { return; }
  if (told.mapper === "ready") { greet(state, one); }
  if (told.mapper === "tile") {
    if (one.tiles !== state.data.tiles) { one.tiles = state.data.tiles; one.file = undefined; }
    answerTile(one, told);
  }
  if (told.mapper === "chosen" && one === state.maps[0] && told.id !== state.chosen) {
    mark(state, String(told.id), { scroll: true });
    state.tellChosen();
  }
  if (told.mapper === "moved") {
    for (const other of state.maps) {
      if (other !== one && other.ready) {
        send(other.frame, { mapper: "view", lat: told.lat, lon: told.lon, zoom: told.zoom });
      }
    }
  }
  if (told.mapper === "drawn" && one === state.maps[0]) {
    state.drawing = false;
    state.root.querySelector(".t-draw").setAttribute("aria-pressed", "false");
    state.told.textContent = told.points.length ? "Its figures are below." : "";
    state.tellDrawn(told.points);
  }
}

function start(root) {
  const get = (name) => root.querySelector(name);
  const state = {
    root, list: get(".list"), cards: get("ol"), told: get(".told"), time: get(".time"),
    range: get(".time input"), output: get("output"), play: get(".play"), chosen: null, month: 0,
    timer: null, gone: null, drawing: false,
    stages: [...root.querySelectorAll(".stage")],
    maps: [],
  };
  state.hear = (event) => hear(state, event);
  window.addEventListener("message", state.hear);
  for (const name of ["dark", "places"]) {
    const button = get(`.t-${name}`);
    button.setAttribute("aria-pressed", String(kept(name)));
    button.addEventListener("click", () => toggle(state, name, button));
  }
  const dim = () => {
    const on = kept("dark");
    get(".t-dark").setAttribute("aria-pressed", String(on));
    root.classList.toggle("dark", on);
    tell(state, { mapper: "dark", on });
  };
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dim);
  dim();
  get(".t-menu").addEventListener("click", () => menu(state, get(".bar").hidden));
  get(".maps").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || get(".bar").hidden) { return; }
    menu(state, false);
    get(".t-menu").focus();
  });
  for (const button of root.querySelectorAll(".tabs button")) {
    button.addEventListener("click", () => { show(state, button.dataset.tab); window.scrollTo(0, 0); });
  }
  show(state, root.dataset.tab);
  const near = get(".t-near");
  near.addEventListener("click", () => nearMe(state, near.getAttribute("aria-pressed") !== "true"));
  get(".rest").addEventListener("click", () => {
    get("ol").classList.add("every");
    get(".rest").hidden = true;
  });
  get(".t-draw").addEventListener("click", () => drawing(state, !state.drawing));
  get(".t-whole").addEventListener("click", () => tell(state, { mapper: "whole" }));
  get(".t-frame").addEventListener("click", () => {
    drawing(state, false);
    send(state.maps[0].frame, { mapper: "frame" });
  });
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const moving = () => { state.play.hidden = still.matches; if (still.matches) { play(state, false); } };
  still.addEventListener("change", moving);
  moving();
  state.play.addEventListener("click", () => play(state, state.timer === null));
  state.range.addEventListener("input", () => { play(state, false); month(state, Number(state.range.value)); });
  get(".back").addEventListener("click", () => { play(state, false); month(state, state.month - 1); });
  get(".on").addEventListener("click", () => { play(state, false); month(state, state.month + 1); });
  return state;
}

function menu(state, open) {
  state.root.querySelector(".bar").hidden = !open;
  state.root.querySelector(".t-menu").setAttribute("aria-expanded", String(open));
}

// On a phone one of three parts fills the screen; the page's own choices are one of them. The
// style of the page (mapper/app/patch/head.py) reads the name from its body.
function show(state, tab) {
  state.root.dataset.tab = document.body.dataset.patchTab = tab;
  for (const button of state.root.querySelectorAll(".tabs button")) {
    if (button.dataset.tab === tab) { button.setAttribute("aria-current", "true"); }
    else { button.removeAttribute("aria-current"); }
  }
}

// Where this device is, asked of the browser when pressed; it stays in this page and is forgotten
// with it. The nearest place comes first, with how far and which way it lies.
// The words are those of mapper/context/directions.py, which names the ways.
function away(here, place, { ways, here: near }) {
  const rad = Math.PI / 180, north = (place.lat - here.latitude) * rad;
  const east = (place.lon - here.longitude) * rad * Math.cos((place.lat + here.latitude) / 2 * rad);
  const metres = 6371008.8 * Math.hypot(north, east);
  const way = ways[(Math.round(Math.atan2(east, north) / rad / 45) + ways.length) % ways.length];
  const tens = Math.floor(metres / 10 + 0.5) * 10;
  const far = tens < 1000 ? `${tens} m` : `${(metres / 1000).toFixed(1)} km`;
  return { metres, words: metres < near ? "You are there" : `${far} ${way} of you` };
}

function nearMe(state, on) {
  const button = state.root.querySelector(".t-near"), words = state.root.querySelector(".beside");
  button.setAttribute("aria-pressed", String(on));
  words.textContent = "";
  state.here = null;
  tell(state, { mapper: "here" });
  if (!on) { arrange(state); return; }
  if (!navigator.geolocation) { words.textContent = "This browser gives no position."; return; }
  words.textContent = "Asking this device where it is …";
  navigator.geolocation.getCurrentPosition((found) => {
    state.here = found.coords;
    words.textContent = "Nearest first. Your position stays on this device.";
    tell(state, { mapper: "here", lat: found.coords.latitude, lon: found.coords.longitude });
    arrange(state);
  }, () => {
    button.setAttribute("aria-pressed", "false");
    words.textContent = "This device gave no position. Allow it for this site in the browser.";
  }, { enableHighAccuracy: true, timeout: 15000 });
}

function arrange(state) {
  const order = state.data.cards.map((card) => ({ card, ...(state.here ? away(state.here, card, state.data) :
    { metres: card.rank, words: "" }) }));
  order.sort((one, other) => one.metres - other.metres);
  for (const { card, words } of order) {
    const made = [...state.cards.querySelectorAll(".card")].find((one) => one.dataset.id === card.id);
    made.querySelector(".away").textContent = words;
    state.cards.append(made);
  }
}

function drawMaps(state, data) {
  const wanted = data.maps.map((map) => map.src).join(" ");
  if (state.wanted === wanted) { return; }
  state.wanted = wanted;
  state.maps = data.maps.map((map, at) => ({ frame: state.stages[at].querySelector("iframe"), ready: false }));
  state.stages.forEach((stage, at) => {
    const map = data.maps[at], frame = stage.querySelector("iframe");
    stage.hidden = !map;
    stage.querySelector("figcaption").textContent = map ? map.title : "";
    const before = state.shown?.[at];
    if (map && before === map.src) { state.maps[at].ready = true; }
    else if (map || before) { showMap(frame, map ? map.src : "about:blank"); }
  });
  state.shown = data.maps.map((map) => map.src);
}

function drawCards(state, data) {
  const choose = (id) => {
    mark(state, id, { scroll: false });
    if (state.maps[0].ready) { send(state.maps[0].frame, { mapper: "choose", id }); }
    state.tellChosen();  // again too: what was said while the page began anew is lost
  };
  state.cards.replaceChildren();
  state.cards.classList.remove("every");
  const rest = state.root.querySelector(".rest"), more = data.cards.length - FIRST;
  rest.hidden = more < 1;
  rest.textContent = more === 1 ? "Show 1 more place" : `Show ${more} more places`;
  if (data.busiest.length) { points(add(state.cards, "li", null, "quiet"), "Busiest cells", data.busiest, ""); }
  state.root.querySelector(".t-near").hidden = !data.cards.length;
  for (const card of data.cards) { cardOf(state.cards, card, data, choose); }
  state.list.scrollTop = 0;
  state.list.querySelector("h2").textContent = data.heading;
  state.list.querySelector(".hint").textContent = data.hint;
  state.told.textContent = "";
  if (state.here) { arrange(state); }
  mark(state, data.chosen, { scroll: true });
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".patch");
  const state = root.mapperState ?? (root.mapperState = start(root));
  state.tellChosen = () => {
    state.said = (state.said ?? 0) + 1;  // the same again is told again
    setStateValue("chosen", { release: data.release, id: state.chosen, said: state.said });
  };
  state.tellDrawn = (points) => setStateValue("drawn", { release: data.release, points });
  state.data = data;
  if (state.digest !== data.digest) {
    state.digest = data.digest;
    play(state, false);
    drawMaps(state, data);
    drawCards(state, data);
    state.time.hidden = data.months.length < 2;
    state.range.max = data.months.length;
    month(state, data.months.length);
  } else if (state.asked !== data.chosen && state.chosen !== data.chosen) {
    mark(state, data.chosen, { scroll: true });  // Back or Forward
    if (state.maps[0].ready) { send(state.maps[0].frame, { mapper: "choose", id: data.chosen }); }
  }
  state.asked = data.chosen;
  goTo(state);
  return () => {
    if (root.isConnected) { return; }
    clearInterval(state.timer);
    window.removeEventListener("message", state.hear);
    delete document.body.dataset.patchTab;
    root.mapperState = undefined;
  };
}
