function (layer, told) {
  "use strict";
  // A background under the cells. Tiles of an address are ordinary pictures of that one host; those
  // of a file are asked of the page around by tile {key, z, x, y}, which answers with their bytes:
  // the map itself can ask nobody.
  var map = layer.map, around = window.parent, waiting = new Map(), asked = 0;
  var options = {minNativeZoom: told.from, maxNativeZoom: told.to, minZoom: 0, maxZoom: 18};
  var FromFile = L.GridLayer.extend({
    createTile: function (at, done) {
      var tile = document.createElement("img"), key = asked;
      asked += 1;
      tile.alt = "";
      waiting.set(key, {tile: tile, done: done});
      around.postMessage({mapper: "tile", key: key, z: at.z, x: at.x, y: at.y}, "*");
      return tile;
    }
  });
  window.addEventListener("message", function (event) {
    var answer = event.data;
    if (event.source !== around || !answer || answer.mapper !== "tile") { return; }
    var one = waiting.get(answer.key);
    waiting.delete(answer.key);
    if (!one || !(answer.bytes instanceof ArrayBuffer) || !answer.bytes.byteLength) { return; }
    var url = URL.createObjectURL(new Blob([answer.bytes], {type: told.image}));
    one.tile.onload = function () { URL.revokeObjectURL(url); one.done(null, one.tile); };
    one.tile.src = url;
  });
  (told.url ? L.tileLayer(told.url, options) : new FromFile(options)).addTo(map);
  if (told.credit) {
    var credit = L.control({position: "bottomleft"});
    credit.onAdd = function () {
      var words = L.DomUtil.create("div", "m-credit");
      words.textContent = told.credit;
      return words;
    };
    credit.addTo(map);
  }
  layer.overTiles(true);
}
