function (layer, data) {
  "use strict";
  // The map of a patch, in a frame of the app. Beside those of page.js it hears these messages of
  // the page around it: month {at}, dark {on}, places {on}, view {lat, lon, zoom}, goto {lat, lon,
  // box, words}, here {lat, lon}, draw {on}, frame, whole, clear; and says: moved {lat, lon, zoom}, drawn {points}.
  var map = layer.map, around = window.parent;
  var months = data.months, shapes = [], playing = false, followed = false;
  layer.told = true;
  var played = L.featureGroup(), places = L.featureGroup(), here = L.featureGroup().addTo(map), sketch = L.featureGroup().addTo(map);
  function say(kind, more) { around.postMessage(Object.assign({mapper: kind}, more), "*"); }

  function shade(count, starts) {
    var at = starts.length - 1;
    while (at > 0 && count < starts[at]) { at -= 1; }
    return layer.blues[at];
  }
  function paint(at) {
    shapes.forEach(function (shape, cell) {
      var count = months.counts[cell][at];
      shape.setStyle({fillOpacity: count ? 0.92 : 0, opacity: count ? 0.9 : 0,
        fillColor: count ? shade(count, months.starts) : COLOURS.paper});
    });
  }
  // The cards beside the map hold all places: of those in view the first few are marked.
  layer.most = 4;
  map.on("moveend", layer.tidy);
  map.whenReady(layer.tidy);
  var legend = document.querySelector(".legend");
  // Fewest and most in words, the classes between as their colours, with a hover each.
  function legendOf(name, starts) {
    legend.textContent = "";
    var head = document.createElement("h2"), list = document.createElement("ul");
    head.textContent = name;
    starts.forEach(function (start, at) {
      var line = document.createElement("li"), box = document.createElement("i");
      var next = starts[at + 1];
      var words = next === undefined ? start + " or more" :
        next === start + 1 ? String(start) : start + " to " + (next - 1);
      box.className = "s" + at;
      line.title = words + " in a cell";
      line.append(box, !at ? words : next === undefined ? start + "+" : "");
      list.append(line);
    });
    legend.append(head, list);
  }
  // Beside another map of the same lens: the classes of that one, so that colours compare.
  if (data.starts) {
    layer.surface.eachLayer(function (cell) {
      var count = layer.counts[cell.at];
      if (count) { cell.setStyle({fillColor: shade(count, data.starts)}); }
    });
    legendOf("Count in a cell, classes of the first map", data.starts);
  }
  else { legendOf("Incidents", layer.starts); }
  var usual = legend.innerHTML;
  // Above the ground and below borders and outlines, as the map's own cells are.
  function beneath(cells) {
    map.addLayer(cells);
    cells.bringToBack();
    layer.land.bringToBack();
  }
  function show(at) {
    var name = months.names[at];
    if (name === undefined) {
      playing = false;
      map.removeLayer(played);
      beneath(layer.surface);
      legend.innerHTML = usual;
      return;
    }
    if (!shapes.length) {
      shapes = months.rings.map(function (ring) {
        return L.polygon(layer.points(ring), {interactive: false, color: COLOURS.paper, weight: 0.5,
          smoothFactor: 0}).addTo(played);
      });
    }
    if (!playing) { map.removeLayer(layer.surface); beneath(played); }
    playing = true;
    paint(at);
    legendOf("Incidents in a cell, " + name, months.starts);
  }

  var LOOK = {risk: {color: COLOURS["risk-dark"], fillColor: COLOURS.risk, fillOpacity: 0.9},
    protective: {color: COLOURS.safe, fillColor: COLOURS.paper, fillOpacity: 0.95},
    both: {color: COLOURS.soft, fillColor: COLOURS.heavy, fillOpacity: 0.9}};
  var WORDS = {risk: "Risk", protective: "Protective", both: "Risk and protection"};
  data.places.forEach(function (one) {
    var at = [one[1], one[0]], words = "<b>" + one[4] + "</b><span>" + one[3] + " · " +
      WORDS[one[2]] + "</span>";
    var mark = one[5] ? L.marker(at, {keyboard: false, icon: L.divIcon({className: "m-place m-" +
      one[2], iconSize: [18, 18], html: one[3].charAt(0).toUpperCase()})}) :
      L.circleMarker(at, Object.assign({radius: one[2] === "protective" ? 4.5 : 3.5, weight:
        one[2] === "protective" ? 2 : 1}, LOOK[one[2]]));
    mark.bindTooltip(words, {className: "m-tip", direction: "top", opacity: 1});
    places.addLayer(mark);
  });

  // Drawing: each click is a corner; the first corner again, a double click or Enter ends it.
  var corners = null, line = null;
  function stop() {
    if (corners === null) { return; }
    corners = null;
    map.doubleClickZoom.enable();
    map.getContainer().classList.remove("m-drawing");
  }
  function finish() {
    var made = corners;
    stop();
    if (made === null || made.length < 3) { sketch.clearLayers(); say("drawn", {points: []}); return; }
    outline(made);
    say("drawn", {points: made.map(function (p) { return [p.lng, p.lat]; })});
  }
  function outline(made) {
    sketch.clearLayers();
    L.polygon(made, {interactive: false, color: COLOURS.sketch, weight: 3, dashArray: "7 5",
      fillColor: COLOURS.sketch, fillOpacity: 0.08}).addTo(sketch);
  }
  function corner(event) {
    if (corners === null) { return; }
    var first = corners[0], here = map.latLngToLayerPoint(event.latlng);
    if (corners.length > 2 && here.distanceTo(map.latLngToLayerPoint(first)) < 12) {
      finish();
      return;
    }
    corners.push(event.latlng);
    if (line === null) {
      line = L.polyline([], {color: COLOURS.sketch, weight: 3, interactive: false});
    }
    sketch.clearLayers();
    line.setLatLngs(corners).addTo(sketch);
    L.circleMarker(corners[0], {radius: 6, color: COLOURS.sketch, weight: 2, interactive: false})
      .addTo(sketch);
  }
  function draw(on) {
    sketch.clearLayers();
    stop();
    if (!on) { return; }
    map.closePopup();
    corners = [];
    map.doubleClickZoom.disable();
    map.getContainer().classList.add("m-drawing");
    map.getContainer().focus();
  }
  map.on("click", corner);
  layer.surface.on("click", function (event) {
    if (corners !== null) { map.closePopup(); corner(event); }
  });
  map.on("dblclick", function () { if (corners !== null) { corners.pop(); finish(); } });
  document.addEventListener("keydown", function (event) {
    if (corners === null) { return; }
    if (event.key === "Enter") { finish(); }
    if (event.key === "Escape") { draw(false); say("drawn", {points: []}); }
  });

  map.on("moveend", function () {
    if (followed) { followed = false; return; }
    var at = map.getCenter();
    say("moved", {lat: at.lat, lon: at.lng, zoom: map.getZoom()});
  });
  window.addEventListener("message", function (event) {
    var told = event.data;
    if (event.source !== around || !told) { return; }
    if (told.mapper === "month") { show(told.at); }
    if (told.mapper === "places") {
      if (told.on) { places.addTo(map); } else { map.removeLayer(places); }
    }
    if (told.mapper === "view") {
      var now = map.getCenter();
      if (Math.abs(now.lat - told.lat) + Math.abs(now.lng - told.lon) > 1e-6 ||
          map.getZoom() !== told.zoom) {
        followed = true;
        layer.moved();
        map.setView([told.lat, told.lon], told.zoom, {animate: false});
      }
    }
    if (told.mapper === "here") {
      here.clearLayers();
      if (told.lat !== undefined) {
        L.circleMarker([told.lat, told.lon], {radius: 7, weight: 3, color: COLOURS.paper,
          fillColor: COLOURS.link, fillOpacity: 1, interactive: false}).addTo(here);
      }
    }
    if (told.mapper === "whole") { layer.whole(); }
    if (told.mapper === "goto") { layer.go(told); }
    if (told.mapper === "draw") { draw(Boolean(told.on)); }
    if (told.mapper === "clear") { draw(false); }
    if (told.mapper === "frame") {
      var b = map.getBounds(), w = b.getWest(), e = b.getEast(), s = b.getSouth(), n = b.getNorth();
      var box = [L.latLng(s, w), L.latLng(s, e), L.latLng(n, e), L.latLng(n, w)];
      draw(false);
      outline(box);
      say("drawn", {points: box.map(function (p) { return [p.lng, p.lat]; })});
    }
  });
}
