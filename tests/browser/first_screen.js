// The words and controls that somebody sees of a page without scrolling, its markings and the menu
// of all pages left out. A word behind a scrolled edge, under a marking or of no size is not seen.
() => {
  const left_out = ".stAppHeader, .stSidebar, .m-marking, style, script, svg, option";
  const hidden = (one) => {
    const look = getComputedStyle(one);
    return look.visibility !== "visible" || look.opacity === "0";
  };
  const foot = document.querySelector(".m-marking.m-foot");  // it lies over what is below it
  const bottom = foot ? foot.getBoundingClientRect().top : innerHeight;
  const up = (one) => one.parentElement ?? one.getRootNode().host;
  const isSeen = (element, box) => {
    if (hidden(element)) { return false; }
    let edges = { left: 0, top: 0, right: innerWidth, bottom };
    for (let at = element; at; at = up(at)) {
      if (at.matches(left_out)) { return false; }
      if (getComputedStyle(at).overflow === "visible") { continue; }
      const own = at.getBoundingClientRect();
      edges = { left: Math.max(edges.left, own.left), top: Math.max(edges.top, own.top),
        right: Math.min(edges.right, own.right), bottom: Math.min(edges.bottom, own.bottom) };
    }
    return Math.min(box.right, edges.right) - Math.max(box.left, edges.left) > 2 &&
      Math.min(box.bottom, edges.bottom) - Math.max(box.top, edges.top) > 4;
  };
  const words = [], controls = [];
  const walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) { walk(one.shadowRoot); }
      if (one.dataset.testid === "stIconMaterial") { continue; }  // a picture, drawn as a letter
      for (const text of one.childNodes) {
        if (text.nodeType !== Node.TEXT_NODE || !text.textContent.trim()) { continue; }
        const range = document.createRange();
        range.selectNodeContents(text);
        if ([...range.getClientRects()].some((box) => isSeen(one, box))) {
          words.push(...text.textContent.match(/\S*\w\S*/g) ?? []);
        }
      }
      if (one.matches("input") && one.placeholder && !one.value && isSeen(one, one.getBoundingClientRect())) {
        words.push(...one.placeholder.split(/\s+/));
      }
      if (one.matches("input") && one.value && isSeen(one, one.getBoundingClientRect())) {
        words.push(...one.value.split(/\s+/));
      }
      if (one.matches("button") && one.closest("[role=group], div")?.querySelector("input[role=combobox]")) {
        continue;  // the arrow of a menu is one control with it
      }
      if (one.matches("a[href], button, input, select, textarea, summary, [role=button]") &&
          isSeen(one, one.getBoundingClientRect())) {
        controls.push(one.ariaLabel || one.textContent.trim() || one.placeholder || one.tagName);
      }
    }
  };
  walk(document);
  return { words, controls };
}
