function (layer, told) {
  "use strict";
  // A background under the cells. Tiles of an address are ordinary pictures of that one host; those
  // of a file are asked of the page around by tile {key, z, x, y}, which answers with their bytes:
  // the map itself can ask nobody. Pictures are shown as they are, shapes are painted here.
  var map = layer.map, around = window.parent, waiting = new Map(), asked = 0;
  function ask(z, x, y) {
    return new Promise(function (answered) {
      waiting.set(asked, answered);
      around.postMessage({mapper: "tile", key: asked, z: z, x: x, y: y}, "*");
      asked += 1;
    });
  }
  window.addEventListener("message", function (event) {
    var answer = event.data;
    if (event.source !== around || !answer || answer.mapper !== "tile") { return; }
    var answered = waiting.get(answer.key);
    waiting.delete(answer.key);
    if (answered) { answered(answer.bytes instanceof ArrayBuffer ? answer.bytes : new ArrayBuffer(0)); }
  });

  var options = {minNativeZoom: told.from, maxNativeZoom: told.to, minZoom: 0, maxZoom: 18};
  var FromFile = L.GridLayer.extend({
    createTile: function (at, done) {
      var tile = document.createElement("img");
      tile.alt = "";
      ask(at.z, at.x, at.y).then(function (bytes) {
        if (!bytes.byteLength) { return; }
        var url = URL.createObjectURL(new Blob([bytes], {type: told.image}));
        tile.onload = function () { URL.revokeObjectURL(url); done(null, tile); };
        tile.src = url;
      });
      return tile;
    }
  });

  // Widths in pixels at zooms 12, 14, 16 and 18, between them in proportion.
  function wide(at12, at14, at16, at18) {
    var steps = [at12, at14, at16, at18];
    return function (zoom) {
      var place = Math.min(Math.max((zoom - 12) / 2, 0), 2.999), low = Math.floor(place);
      return steps[low] + (steps[low + 1] - steps[low]) * (place - low);
    };
  }
  function upTo(rank) { return function (zoom, one) { return one.props.rank <= rank; }; }
  function paint(colour) { return new protomapsL.PolygonSymbolizer({fill: COLOURS[colour]}); }
  function lines(colour, width, dash) {
    return new protomapsL.LineSymbolizer({color: COLOURS[colour], width: width, dash: dash,
      lineCap: dash ? "butt" : "round", lineJoin: "round"});
  }
  function edged(width, by) { return function (zoom) { return width(zoom) + by; }; }
  function painted() {
    var road = wide(2, 5, 12, 30), street = wide(0.8, 2.4, 8, 22), path = wide(0.3, 0.8, 2, 5);
    return [
      {dataLayer: "woods", symbolizer: paint("wood")},
      {dataLayer: "water", symbolizer: paint("water")},
      {dataLayer: "rivers", symbolizer: lines("water", wide(1, 1.5, 3, 6))},
      {dataLayer: "buildings", minzoom: 14, symbolizer: paint("building")},
      {dataLayer: "streets", minzoom: 14, filter: upTo(2), symbolizer: lines("road-edge", edged(street, 1.6))},
      {dataLayer: "roads", minzoom: 11, symbolizer: lines("road-edge", edged(road, 2))},
      {dataLayer: "streets", minzoom: 15, symbolizer: lines("road-edge", path),
        filter: function (zoom, one) { return one.props.rank > 2; }},
      {dataLayer: "streets", filter: upTo(2), symbolizer: lines("street", street)},
      {dataLayer: "rail", symbolizer: lines("rail", wide(0.8, 1.2, 2, 3))},
      {dataLayer: "rail", minzoom: 13, symbolizer: lines("paper", wide(0.4, 0.6, 1, 1.5), [6, 6])},
      {dataLayer: "roads", filter: upTo(3), symbolizer: lines("road", road)}
    ];
  }
  function named() {
    var words = {labelProps: ["name"], fill: COLOURS.ink, stroke: COLOURS.paper, width: 4};
    function along(size) {
      return new protomapsL.LineLabelSymbolizer(Object.assign({font: size + "px system-ui, sans-serif",
        position: 2, repeatDistance: 320}, words));
    }
    return [
      {dataLayer: "roads", minzoom: 13, symbolizer: along(11.5)},
      {dataLayer: "streets", minzoom: 15, filter: upTo(2), symbolizer: along(11)},
      {dataLayer: "streets", minzoom: 17, symbolizer: along(10.5)}
    ];
  }
  function allowed(rules) {
    return rules.filter(function (rule) { return told.layers.includes(rule.dataLayer); });
  }
  // Both layers draw from one answer for each tile: the last few are kept.
  function source() {
    var kept = new Map();
    return {getZxy: function (z, x, y) {
      var key = z + "/" + x + "/" + y;
      if (!kept.has(key)) {
        kept.set(key, z < told.from ? Promise.resolve(new ArrayBuffer(0)) : ask(z, x, y));
        if (kept.size > 64) { kept.delete(kept.keys().next().value); }
      }
      return kept.get(key).then(function (bytes) {
        return bytes.byteLength ? {data: bytes.slice(0)} : undefined;
      });
    }};
  }
  function shapes() {
    var from = source();
    [["mapper-vector", 200, allowed(painted()), []], ["mapper-names", 560, [], allowed(named())]]
      .forEach(function (part) {
        var pane = map.createPane(part[0]);
        pane.style.zIndex = part[1];
        pane.style.pointerEvents = "none";
        protomapsL.leafletLayer({url: from, maxDataZoom: told.to, pane: part[0], attribution: "",
          paintRules: part[2], labelRules: part[3], maxZoom: 18}).addTo(map);
      });
  }
  if (told.layers) { shapes(); }
  else { (told.url ? L.tileLayer(told.url, options) : new FromFile(options)).addTo(map); }
  if (told.credit) {
    var credit = L.control({position: "bottomleft"});
    credit.onAdd = function () {
      var words = L.DomUtil.create("div", "m-credit");
      words.textContent = told.credit;
      return words;
    };
    credit.addTo(map);
  }
  layer.overTiles({land: Boolean(told.layers), streets: (told.layers || []).includes("streets")});
}
