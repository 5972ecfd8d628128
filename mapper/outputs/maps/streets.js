function (map, data, points) {
  "use strict";
  // Names of streets at their points, once the map is close enough to tell one from the next. Only
  // those in view are made; of two that would lie on one another the one with more incidents of
  // any kind stays, and one name stands once in a stretch of the map.
  var NEAR = 14, MOST = 90, APART = 260, HIGH = 16, LETTER = 6.1, streets = data.streets;
  var at = points(streets.xy), pane = map.createPane("mapper-streets"), shown = new Map();
  pane.style.zIndex = 590;  // below ranks and cards
  pane.style.pointerEvents = "none";
  pane.setAttribute("aria-hidden", "true");

  function clear(one, other) {
    var right = Math.abs(one.x - other.x), down = Math.abs(one.y - other.y);
    return (right >= one.half + other.half || down >= (other.high || HIGH / 2) + HIGH / 2) &&
      (one.name === undefined || one.name !== other.name || Math.hypot(right, down) >= APART);
  }
  // What lies on the map's corners: a name half under a button cannot be read.
  function corners() {
    var by = map.containerPointToLayerPoint([0, 0]), from = map.getContainer().getBoundingClientRect();
    var all = document.querySelectorAll(".leaflet-control, .whole, .find, .legend");
    return Array.from(all, function (one) {
      var box = one.getBoundingClientRect(), half = box.width / 2, high = box.height / 2;
      return {x: box.left + half - from.left + by.x, y: box.top + high - from.top + by.y,
        half: half, high: high};
    });
  }
  function letters(name) { return name.replace(/&#\d+;/g, "_").length; }
  // Names beside those that stand already, as {x, y, half}, in pixels of the layer; none of ours
  // where the ground below has its own.
  return function (standing, named) {
    var kept = new Map(), taken = standing.concat(corners()), box = map.getBounds().pad(0.05);
    var close = !named && map.getZoom() >= NEAR;
    for (var i = 0; i < at.length && close && kept.size < MOST; i += 1) {
      if (!box.contains(at[i])) { continue; }
      var here = map.latLngToLayerPoint(at[i]), name = streets.name[i];
      var one = {x: here.x, y: here.y, name: name, half: letters(streets.names[name]) * LETTER / 2 + 4};
      if (taken.every(function (other) { return clear(one, other); })) {
        taken.push(one);
        kept.set(i, one);
      }
    }
    shown.forEach(function (element, i) {
      if (!kept.has(i)) { element.remove(); shown.delete(i); }
    });
    kept.forEach(function (one, i) {
      var element = shown.get(i);
      if (!element) {
        element = L.DomUtil.create("span", "m-street", pane);
        element.innerHTML = "<b>" + streets.names[one.name] + "</b>";
        shown.set(i, element);
      }
      L.DomUtil.setPosition(element, L.point(one.x, one.y));
    });
  };
}
