(function (layer) {
  "use strict";
  // Where something lies: shown by a ring with its name, and found by the name that the map knows,
  // of streets, wards, districts and hot spots. Nothing is asked of anybody.
  var MOST = 8, CLOSE = 15.5, map = layer.map, found = null;
  layer.go = function (told) {
    if (found) { map.removeLayer(found); }
    layer.moved();
    if (told.box) {
      map.fitBounds([[told.box[1], told.box[0]], [told.box[3], told.box[2]]],
        {animate: false, padding: [20, 20]});
    } else { map.setView([told.lat, told.lon], told.zoom || CLOSE, {animate: false}); }
    found = L.circleMarker([told.lat, told.lon], {radius: 11, weight: 3, color: COLOURS.sketch,
      fill: false, interactive: false}).addTo(map);
    var words = document.createElement("b");
    words.textContent = told.words;
    found.bindTooltip(words, {permanent: true, direction: "top", className: "m-tip",
      offset: [0, -10]}).openTooltip();
  };

  var box = document.querySelector(".find");
  if (!box) { return; }
  var input = box.querySelector("input"), list = box.querySelector("datalist");
  var told = box.querySelector("output");
  function key(words) {
    return words.toLowerCase().normalize("NFD").replace(/[^a-z0-9 ]/g, "").replace(/ +/g, " ").trim();
  }
  // Names that hold what is asked, whole names first, then names that begin with it; one street of
  // several wards stands once for each.
  function matches(words) {
    var asked = key(words), known = new Map();
    if (asked.length < 2) { return []; }
    layer.named().filter(function (one) {
      one.key = one.key || key(one.name);
      return one.key.includes(asked);
    }).sort(function (one, other) { return rank(one) - rank(other); }).slice(0, 20 * MOST)
      .forEach(function (one) {
        var place = one.wide ? "" : layer.placeAt([one.lat, one.lon]);
        one.words = place && !one.name.startsWith(place) ? one.name + ", " + place : one.name;
        if (!known.has(one.words)) { known.set(one.words, one); }
      });
    function rank(one) {
      return one.key === asked ? 0 : one.key.startsWith(asked) ? 1 : 2;
    }
    return Array.from(known.values()).slice(0, MOST);
  }
  function seek() {
    // A suggestion that was taken holds its ward as well: it is looked for by its name alone.
    var all = matches(input.value), left = input.value;
    while (!all.length && left.includes(",")) {
      left = left.slice(0, left.lastIndexOf(","));
      all = matches(left);
    }
    var best = all.find(function (one) { return one.words === input.value; }) || all[0];
    told.textContent = best || !input.value.trim() ? "" : "Not on this map: no street, ward or district.";
    if (best) { layer.go(best); }
  }
  input.addEventListener("input", function () {
    told.textContent = "";
    var taken = Array.from(list.options).some(function (one) { return one.value === input.value; });
    if (taken) { seek(); return; }
    list.replaceChildren.apply(list, matches(input.value).map(function (one) {
      var option = document.createElement("option");
      option.value = one.words;
      return option;
    }));
  });
  // No form: the frame of the app has none that can be sent.
  input.addEventListener("keydown", function (event) { if (event.key === "Enter") { seek(); } });
})
