function (map, data, look) {
  "use strict";
  // Ground and cells as one picture on a canvas of its own (2D: no WebGL, no graphics card), below
  // Leaflet's own canvas with borders and outlines. One object for each cell costs a second for ten
  // thousand; plain numbers cost milliseconds for fifty thousand. It is drawn anew after each
  // move; on the way Leaflet only shifts or stretches what is there.
  var cells = data.cells, corners = cells.corners, size = cells.id.length;
  var TINY = 0.9, EDGED = 3, CHUNK = 48;

  // Web Mercator as Leaflet has it, at zoom 0: 256 units around the globe.
  function world(steps) {
    var x = 0, y = 0, found = new Float64Array(steps.length);
    for (var i = 0; i < steps.length; i += 2) {
      x += steps[i]; y += steps[i + 1];
      found[i] = 128 + x / data.scale * 256 / 360;
      found[i + 1] = 128 - 128 / Math.PI *
        Math.log(Math.tan(Math.PI / 4 + y / data.scale * Math.PI / 360));
    }
    return found;
  }
  var land = data.land.map(world), unknown = (data.unknown || []).map(world), ring = world(cells.xy);
  var middle = new Float64Array(2 * size), radius = 0;
  for (var at = 0; at < size; at += 1) {
    var first = 2 * at * corners, x = 0, y = 0;
    for (var i = 0; i < 2 * corners; i += 2) { x += ring[first + i]; y += ring[first + i + 1]; }
    middle[2 * at] = x / corners; middle[2 * at + 1] = y / corners;
    radius = Math.max(radius,
      Math.hypot(ring[first] - x / corners, ring[first + 1] - y / corners));
  }
  // The cells of each colour together: changing a canvas's colour costs more than drawing a cell.
  var groups = null, tints = new Map();
  function grouped() {
    if (groups) { return groups; }
    groups = new Map();
    for (var at = 0; at < size; at += 1) {
      var kind = tints.has(at) ? tints.get(at) : look.kind(at), list = groups.get(kind);
      if (list) { list.push(at); } else { groups.set(kind, [at]); }
    }
    return groups;
  }

  var Ground = L.Renderer.extend({
    options: {padding: 0.2, pane: "mapper-ground"},
    shown: true,
    _initContainer: function () {
      this._container = document.createElement("canvas");
      this._container.className = "m-cells";
      this._ctx = this._container.getContext("2d");
    },
    _destroyContainer: function () {
      cancelAnimationFrame(this._asked);
      this._container.remove();
      this._container = this._ctx = null;
    },
    _update: function () {
      if (this._map._animatingZoom && this._bounds) { return; }
      L.Renderer.prototype._update.call(this);
      var box = this._bounds, wide = box.getSize(), fine = window.devicePixelRatio > 1 ? 2 : 1;
      L.DomUtil.setPosition(this._container, box.min);
      this._container.width = fine * wide.x; this._container.height = fine * wide.y;
      this._container.style.width = wide.x + "px"; this._container.style.height = wide.y + "px";
      this._ctx.setTransform(fine, 0, 0, fine, 0, 0);
      this._draw();
    },
    redraw: function () {
      if (!this._map || this._asked) { return; }
      this._asked = requestAnimationFrame(function () {
        this._asked = 0;
        if (this._ctx) { this._draw(); }
      }.bind(this));
    },
    _draw: function () {
      var scale = map.options.crs.scale(this._zoom) / 256, origin = map.getPixelOrigin();
      var view = {scale: scale, x: origin.x + this._bounds.min.x, y: origin.y + this._bounds.min.y,
        wide: this._bounds.getSize(), radius: radius * scale};
      this._ctx.clearRect(0, 0, view.wide.x, view.wide.y);
      if (this.options.land || !look.bare()) { drawLand(this._ctx, view); }
      if (this.shown && !this.options.land) { grouped().forEach(function (list, kind) {
        drawCells(this._ctx, view, list, look.style(kind));
      }, this); }
    }
  });

  // One ground polygon with even-odd filling: lakes and inlets stay open.
  function drawLand(ctx, view) {
    ctx.beginPath();
    land.forEach(function (points) { trace(ctx, view, points, 0, points.length); });
    ctx.fillStyle = COLOURS.ground;
    ctx.fill("evenodd");
    if (!unknown.length) { return; }
    ctx.beginPath();
    unknown.forEach(function (points) { trace(ctx, view, points, 0, points.length); });
    ctx.fillStyle = hatch(ctx);
    ctx.fill("evenodd");
  }
  // Ground that the data does not reach: lines across it, which no count has.
  function hatch(ctx) {
    var tile = document.createElement("canvas"), pen = tile.getContext("2d");
    tile.width = tile.height = 8;
    pen.strokeStyle = COLOURS.soft;
    pen.beginPath(); pen.moveTo(0, 8); pen.lineTo(8, 0); pen.stroke();
    return ctx.createPattern(tile, "repeat");
  }
  function trace(ctx, view, points, from, to) {
    ctx.moveTo(points[from] * view.scale - view.x, points[from + 1] * view.scale - view.y);
    for (var i = from + 2; i < to; i += 2) {
      ctx.lineTo(points[i] * view.scale - view.x, points[i + 1] * view.scale - view.y);
    }
    ctx.closePath();
  }
  function drawCells(ctx, view, list, style) {
    var reach = view.radius, tiny = reach < TINY, side = Math.max(1, 1.7 * reach), held = 0;
    var edged = reach >= EDGED;
    ctx.globalAlpha = style.alpha;
    ctx.fillStyle = style.fill; ctx.strokeStyle = style.edge; ctx.lineWidth = style.weight;
    ctx.setLineDash(style.dash);
    ctx.beginPath();
    function flush() {  // many small paths are drawn far faster than one of all cells
      ctx.fill();
      if (edged) { ctx.stroke(); }
      ctx.beginPath();
      held = 0;
    }
    for (var i = 0; i < list.length; i += 1) {
      var at = list[i], x = middle[2 * at] * view.scale - view.x;
      var y = middle[2 * at + 1] * view.scale - view.y;
      if (x < -reach || y < -reach || x > view.wide.x + reach || y > view.wide.y + reach) {
        continue;
      }
      if (tiny) { ctx.fillRect(x - side / 2, y - side / 2, side, side); continue; }
      trace(ctx, view, ring, 2 * at * corners, 2 * (at + 1) * corners);
      held += 1;
      if (held === CHUNK) { flush(); }
    }
    flush();
    ctx.globalAlpha = 1;
  }

  // Which cell lies under a point: cells by squares of their own size, made when first asked.
  var squares = null;
  function square(x, y) { return Math.floor(x / radius) * 67108864 + Math.floor(y / radius); }
  function sort() {
    squares = new Map();
    for (var at = 0; at < size; at += 1) {
      var key = square(middle[2 * at], middle[2 * at + 1]), held = squares.get(key);
      if (held) { held.push(at); } else { squares.set(key, [at]); }
    }
  }
  function holds(at, x, y) {
    var inside = false, first = 2 * at * corners, last = first + 2 * corners;
    for (var i = first, j = last - 2; i < last; j = i, i += 2) {
      if ((ring[i + 1] > y) !== (ring[j + 1] > y) &&
          x < (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) + ring[i]) {
        inside = !inside;
      }
    }
    return inside;
  }
  var ground = new Ground();
  ground.at = function (place) {
    if (!size || !ground.shown) { return -1; }
    if (!squares) { sort(); }
    var here = map.project(place, 0);
    for (var i = -1; i <= 1; i += 1) {
      for (var j = -1; j <= 1; j += 1) {
        var near = squares.get(square(here.x + i * radius, here.y + j * radius)) || [];
        for (var n = 0; n < near.length; n += 1) {
          if (holds(near[n], here.x, here.y)) { return near[n]; }
        }
      }
    }
    return -1;
  };
  // The cell whose middle is nearest, no further than three cells away.
  ground.near = function (place) {
    var here = map.project(place, 0), best = -1, least = 6 * radius;
    for (var at = 0; at < size; at += 1) {
      var away = Math.hypot(middle[2 * at] - here.x, middle[2 * at + 1] - here.y);
      if (away < least) { least = away; best = at; }
    }
    return best;
  };
  ground.ring = function (at) {
    var found = [];
    for (var i = 2 * at * corners; i < 2 * (at + 1) * corners; i += 2) {
      found.push(map.unproject([ring[i], ring[i + 1]], 0));
    }
    return found;
  };
  // Another colour for one cell: where two maps are to be compared.
  ground.tint = function (at, colour) { tints.set(at, colour); groups = null; ground.redraw(); };
  // Land by itself below everything: where streets of vector tiles lie between it and the cells.
  ground.landBelow = function () {
    map.createPane("mapper-land").style.zIndex = 150;
    map.addLayer(new Ground({pane: "mapper-land", land: true}));
  };
  ground.show = function (on) { ground.shown = on; ground.redraw(); };
  map.createPane("mapper-ground").style.zIndex = 250;
  map.getPane("mapper-ground").style.pointerEvents = "none";
  return ground;
}
