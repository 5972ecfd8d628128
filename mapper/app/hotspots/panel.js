// The map in its sandboxed frame and the list beside it. A choice in one is shown in the other at
// once, here in the browser; the server is told afterwards, so that it can show the details.
// Text is only ever set as text. The frame is spoken to by messages, and only three kinds are known.
function row(document, spot, choose) {
  const line = document.createElement("tr");
  line.dataset.id = spot.id;
  line.setAttribute("role", "row");  // whatever the look: lines of a grid are none by themselves
  const cell = (text, kind) => {
    const made = document.createElement("td");
    made.setAttribute("role", "cell");
    made.className = kind;
    made.textContent = text;
    line.append(made);
    return made;
  };
  cell(String(spot.rank), "rank");
  const place = cell("", "place");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = spot.name;
  place.append(button);
  for (const kind of ["where", "reason", "busiest"]) {
    const words = document.createElement("span");
    words.className = kind;
    words.textContent = spot[kind];
    place.append(words);
  }
  for (const [words] of spot.figures) { cell(words, "n"); }
  line.addEventListener("click", () => choose(spot.id));
  return line;
}

// The head of the list: each figure sorts by itself, largest first, then the other way round.
function head(state, columns) {
  const line = state.table.tHead.rows[0], document = line.ownerDocument;
  line.replaceChildren();
  const titles = [{ title: "Rank", help: "By incidents above expected" }, { title: "Place" }, ...columns];
  titles.forEach(({ title, help }, at) => {
    const made = document.createElement("th");
    made.scope = "col";
    made.setAttribute("role", "columnheader");
    made.className = at === 0 ? "rank" : at === 1 ? "place" : "n";
    if (at === 1) { made.textContent = title; line.append(made); return; }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = at === 0 ? "#" : title;
    button.title = `${help}. Press to sort.`;
    button.setAttribute("aria-label", `Sort by ${title.toLowerCase()}`);
    button.addEventListener("click", () => sort(state, at));
    made.append(button);
    line.append(made);
  });
  sort(state, 0, true);
}

function sort(state, at, anew = false) {
  const up = anew || (state.sorted === at ? !state.up : at === 0);
  Object.assign(state, { sorted: at, up });
  const value = (spot) => at === 0 ? spot.rank : spot.figures[at - 2][1];
  const order = [...state.rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) { return (a === null) - (b === null); }
    return up ? a - b : b - a;
  });
  [...state.table.tHead.rows[0].cells].forEach((cell, place) => {
    if (place === at) { cell.setAttribute("aria-sort", up ? "ascending" : "descending"); }
    else { cell.removeAttribute("aria-sort"); }
  });
  const lines = new Map([...state.body.rows].map((line) => [line.dataset.id, line]));
  state.body.append(...order.map((spot) => lines.get(spot.id)));
}

function mark(state, id, { scroll }) {
  state.chosen = id;
  for (const line of state.body.rows) {
    const chosen = line.dataset.id === id;
    line.classList.toggle("chosen", chosen);
    if (chosen) { line.setAttribute("aria-current", "true"); }
    else { line.removeAttribute("aria-current"); }
    if (chosen && scroll) {
      state.list.scrollTop = Math.max(0, line.offsetTop - state.list.clientHeight / 3);
    }
  }
}

function tellMap(state) {
  if (state.ready && state.chosen) {
    state.frame.contentWindow.postMessage({ mapper: "choose", id: state.chosen }, "*");
  }
}

function start(root) {
  const state = {
    root, frame: root.querySelector("iframe"), stage: root.querySelector(".stage"), list: root.querySelector(".list"),
    body: root.querySelector("tbody"), table: root.querySelector("table"),
    ready: false, chosen: null, src: null, asked: null, said: 0,
  };
  state.hear = (event) => {
    if (event.source !== state.frame.contentWindow || !event.data) { return; }
    if (event.data.mapper === "ready") { state.ready = true; tellMap(state); }
    if (event.data.mapper === "tile") { answerTile(state, event.data); }
    if (event.data.mapper === "chosen" && event.data.id !== state.chosen) {
      mark(state, String(event.data.id), { scroll: true });
      state.tell();
    }
  };
  window.addEventListener("message", state.hear);
  return state;
}

function draw(state, data, document) {
  if (state.src !== data.src) {
    state.ready = false;
    state.src = data.src;
    showMap(state.frame, data.src);
  }
  state.columns = JSON.stringify(data.columns);
  state.rows = data.rows;
  const choose = (id) => {
    mark(state, id, { scroll: false });
    tellMap(state);
    if (state.stage.getBoundingClientRect().bottom < 160) { state.stage.scrollIntoView(); }
    state.tell();  // again too: what was said while the page began anew is lost
  };
  state.body.replaceChildren(...data.rows.map((spot) => row(document, spot, choose)));
  head(state, data.columns);
  state.list.scrollTop = 0;
  state.root.classList.toggle("many", data.columns.length > 2);
  state.root.style.setProperty("--figures", data.columns.length);
  state.list.classList.toggle("none", data.rows.length === 0);
  state.list.querySelector("h2").textContent = data.heading;
  state.list.querySelector(".hint").textContent = data.hint;
  mark(state, data.chosen, { scroll: true });
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".panel");
  const state = root.mapperState ?? (root.mapperState = start(root));
  state.tell = () => {
    state.said += 1;  // the same again is told again
    setStateValue("chosen", { release: data.release, id: state.chosen, said: state.said });
  };
  if (state.tiles !== data.tiles) { state.tiles = data.tiles; state.file = undefined; }
  if (state.src !== data.src || state.columns !== JSON.stringify(data.columns)) { draw(state, data, root.ownerDocument); }
  else if (state.asked !== data.chosen && state.chosen !== data.chosen) {
    mark(state, data.chosen, { scroll: true });  // Back or Forward
    tellMap(state);
  }
  state.asked = data.chosen;
  return () => {
    if (root.isConnected) { return; }
    window.removeEventListener("message", state.hear);
    root.mapperState = undefined;
  };
}
