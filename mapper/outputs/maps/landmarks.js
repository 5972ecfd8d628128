function (layer, marks) {
  "use strict";
  // Shown once the map is close enough for them not to hide what it is about.
  var NEAR = 12, map = layer.map, group = L.featureGroup();
  marks.forEach(function (one) {
    var mark = L.marker([one[1], one[0]], {keyboard: false, zIndexOffset: -1000,
      icon: L.divIcon({className: "m-place", iconSize: [18, 18],
        html: one[2].charAt(0).toUpperCase()})});
    mark.bindTooltip("<b>" + one[3] + "</b><span>" + one[2] + "</span>",
      {className: "m-tip", direction: "top", opacity: 1});
    group.addLayer(mark);
  });
  function show() {
    if (map.getZoom() >= NEAR) { group.addTo(map); } else { map.removeLayer(group); }
  }
  layer.keepClear(marks.map(function (one) { return [one[1], one[0]]; }));
  map.on("zoomend", show);
  show();
}
