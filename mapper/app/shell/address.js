// A page that was opened takes its whole address without a step of its own in the history, so that
// Back leaves it at one press. Steps that follow are written by the server. A press on Back or
// Forward while the server is at work can be lost there, and the work's own step be written over
// it: it is then taken once more, as soon as the page has come to rest.
const REST = 60, LONGEST = 500, TRIES = 3; // milliseconds between looks; looks; presses taken again

const asked = () => new URLSearchParams(window.location.search).toString();
const atRest = () => document.querySelector(".stApp")?.dataset.testScriptState === "notRunning";

function listen() {
  if (window.mapperHistory) { return window.mapperHistory; }
  const steps = { path: "", wanted: null, tries: 0, looking: false };
  window.addEventListener("popstate", () => {
    steps.wanted = window.location.pathname === steps.path ? asked() : null;
  });
  window.mapperHistory = steps;
  return steps;
}

function again(steps, looks) {
  if (steps.wanted === null) { steps.looking = false; return; }
  if (!atRest() && looks < LONGEST) { setTimeout(again, REST, steps, looks + 1); return; }
  steps.looking = false;
  if (!atRest() || steps.tries >= TRIES) { steps.wanted = null; return; }
  steps.tries += 1;
  if (asked() === steps.wanted) {
    window.dispatchEvent(new PopStateEvent("popstate", { state: window.history.state }));
  } else { window.history.back(); }
}

export default function ({ data }) {
  const here = window.location, steps = listen();
  const bare = here.search === "";
  if (data.query && here.search !== `?${data.query}` && (bare || (data.entered && asked() === data.seen))) {
    window.history.replaceState(window.history.state, "", `${here.pathname}?${data.query}`);
  }
  steps.path = here.pathname;
  if (steps.wanted === null || (data.back && data.seen === steps.wanted)) {
    steps.wanted = null;
    steps.tries = 0;
  } else if (!steps.looking) {
    steps.looking = true;
    setTimeout(again, REST, steps, 0);
  }
}
