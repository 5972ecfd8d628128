// A page that was opened takes its whole address without a step of its own in the history, so that
// Back leaves it at one press. Steps that follow are written by the server.
export default function ({ data }) {
  const here = window.location;
  const bare = here.search === "";
  const asSeen = new URLSearchParams(here.search).toString() === data.seen;
  if (data.query && here.search !== `?${data.query}` && (bare || (data.entered && asSeen))) {
    window.history.replaceState(window.history.state, "", `${here.pathname}?${data.query}`);
  }
}
