function (map, data, canvas, streets) {
  "use strict";
  var BLUES = [1, 2, 3, 4, 5].map(function (step) { return COLOURS["blue-" + step]; });
  var HOT = COLOURS.hot;
  // Where a name may stand, in pixels right of and below its point, the nearest first.
  var NAMED_AT = [[0, 0], [0, -21], [0, 21], [-30, 0], [30, 0], [0, -38], [0, 38], [-30, 21],
    [30, 21], [-30, -21], [30, -21], [-15, 29], [15, 29], [-15, -29], [15, -29],
    [-52, 0], [52, 0], [0, -55], [0, 55], [-52, 30], [52, 30]];
  // A district always has its name, so there are more places to try; the nearest come first.
  var NAMED_WITHIN = [];
  for (var down = -70; down <= 70; down += 7) {
    for (var right = -70; right <= 70; right += 7) { NAMED_WITHIN.push([right, down]); }
  }
  NAMED_WITHIN.sort(function (one, other) { return Math.hypot(one[0], one[1]) - Math.hypot(other[0], other[1]); });
  var MANY_NAMES = 400, MANY_DISTRICTS = 12;
  var cells = data.cells, spots = data.hotspots;
  var group = L.featureGroup(), markers = [], outlines = [], chosen = -1;

  // Points come as the first point and then the step to each next one, in whole 1/scale degrees.
  function points(steps) {
    var x = 0, y = 0, found = [];
    for (var i = 0; i < steps.length; i += 2) {
      x += steps[i]; y += steps[i + 1];
      found.push([y / data.scale, x / data.scale]);
    }
    return found;
  }
  function number(value, digits) {
    return value === null ? "not known" : value.toLocaleString("en-GB", {
      minimumFractionDigits: digits || 0, maximumFractionDigits: digits || 0});
  }
  function place(spot) { return data.partner ? spot.number : spot.rank; }
  function fact(name, value) { return "<dt>" + name + "</dt><dd>" + value + "</dd>"; }

  // Outside the operational audience a count may be hidden: it is then words, never a number.
  function said(at) {
    if (!data.partner) { return number(cells.incidents[at]); }
    if (cells.shown[at] !== "rounded") { return cells.shown[at]; }
    return "About " + number(cells.incidents[at]);
  }
  function hidden(at) { return cells.incidents[at] === null; }
  function total(spot) {
    return spot.incidents === null ? "Hidden" : "About " + number(spot.incidents);
  }

  function tip(at) {
    var spot = spots[cells.hotspot[at]];
    return "<b>" + said(at) + " in this cell</b>" +
      "<span>" + cells.places[cells.place[at]] + "</span>" +
      (spot ? '<span class="m-in">Hot spot ' + place(spot) + ": " + spot.name + "</span>" : "");
  }
  function strength(at) {
    var q = cells.q[at];
    if (q === null) { return "Not tested with the cells around it: they reach beyond what is shown."; }
    if (cells.hot[at]) { return "Part of a hot spot: what is said of chance is said of the whole."; }
    return "In no hot spot (share of such finds that chance makes: " +
      q.toLocaleString("en-GB", {maximumSignificantDigits: 2}) + ").";
  }
  // A lens of one weight has a score that is its incidents: it is then not told twice.
  function scored(at) {
    if (!data.weighted) { return ""; }
    return fact("Score in this cell (incidents by weight)", number(cells.score[at])) +
      fact("Score with the cells around it", number(cells.disc_score[at]));
  }
  function cellFacts(at) {
    if (data.partner) {
      return '<dl data-cell="' + cells.id[at] + '">' + fact("Incidents in this cell", said(at)) +
        fact("Residents", number(cells.residents[at])) + "</dl>";
    }
    return '<dl data-cell="' + cells.id[at] + '">' +
      fact("Incidents in this cell", number(cells.incidents[at])) +
      fact("Incidents with the cells around it", number(cells.disc[at])) + scored(at) +
      fact("Residents", number(cells.residents[at])) + "</dl>" +
      '<p class="m-note">' + strength(at) + "</p>";
  }
  function spotFacts(spot) {
    if (data.partner) {
      return '<p class="m-kind">Hot spot ' + spot.number + "</p><h3>" + spot.name + "</h3>" +
        '<p class="m-where">' + spot.ward + ", " + spot.district + "</p>" +
        "<dl>" + fact("Incidents shown", total(spot)) + fact("Evidence", spot.evidence) +
        fact("Area", number(spot.area_km2, 2) + " km²") + "</dl><p>" + spot.reason + "</p>" +
        busiest(spot);
    }
    return '<p class="m-kind">Hot spot ' + spot.rank + "</p><h3>" + spot.name + "</h3>" +
      '<p class="m-where">' + spot.ward + ", " + spot.district + "</p>" +
      "<dl>" + fact("Incidents", number(spot.incidents)) +
      fact("Expected", number(spot.expected, 1)) +
      fact("Times expected", number(spot.ratio, 1)) +
      fact("Area", number(spot.area_km2, 2) + " km²") + "</dl><p>" + spot.reason + "</p>" +
      busiest(spot);
  }
  function busiest(spot) {
    return spot.busiest ? '<p class="m-note">Busiest cells: ' + spot.busiest + "</p>" : "";
  }
  function card(at) {
    var spot = spots[cells.hotspot[at]];
    if (spot) { return spotFacts(spot) + cellFacts(at); }
    return '<p class="m-kind">Cell</p><h3>' + cells.places[cells.place[at]] + "</h3>" +
      cellFacts(at);
  }
  function kind(at) {
    if (hidden(at)) { return "hidden"; }
    if (!cells.incidents[at]) { return "none"; }
    var shade = data.starts.length - 1;
    while (shade > 0 && cells.incidents[at] < data.starts[shade]) { shade -= 1; }
    return shade;
  }
  // A hidden count is drawn in its own colour with a dashed edge: never as a pale low count. Over
  // a basemap the ground is left open and cells let streets through.
  var over = {on: false, named: false};
  function style(kind) {
    if (kind === "hidden") {
      return {fill: COLOURS.withheld, edge: COLOURS["withheld-edge"], weight: 0.8, dash: [2, 3],
        alpha: over.on ? 0.6 : 0.92};
    }
    return {fill: kind === "none" ? COLOURS.zero : BLUES[kind] || kind, edge: COLOURS.paper,
      weight: 0.5, dash: [], alpha: over.on ? 0.62 : 0.92};
  }
  function rings(list, options) {
    options.interactive = false;
    return L.polygon(list.map(function (ring) { return [points(ring)]; }), options).addTo(group);
  }

  var ground = canvas(map, data, {kind: kind, style: style, bare: function () { return over.on; }});
  group.addLayer(ground);
  // The cells stand for themselves in the group, so that they can be taken off and put back.
  var Surface = L.Layer.extend({
    onAdd: function () { ground.show(true); }, onRemove: function () { leave(); ground.show(false); },
    bringToBack: function () { return this; },
    eachLayer: function (visit) {
      cells.id.forEach(function (id, at) {
        visit({at: at, setStyle: function (told) { ground.tint(at, told.fillColor); }});
      });
    }
  });
  var surface = new Surface(), edge = L.polygon([], {interactive: false, fill: false,
    color: COLOURS.ink, weight: 2}).addTo(group), under = -1;
  var told = L.tooltip({className: "m-tip", direction: "top", opacity: 1});
  group.addLayer(surface);
  function leave() {
    under = -1;
    edge.setLatLngs([]);
    map.closeTooltip(told);
  }
  function isFree(event) {  // neither on a mark, a card or a button, nor while an area is drawn
    var target = event.originalEvent && event.originalEvent.target;
    return !map.getContainer().classList.contains("m-drawing") && !(target && target.closest &&
      target.closest(".leaflet-marker-icon, .leaflet-popup, .leaflet-control, .m-place"));
  }
  map.on("mousemove", function (event) {
    var at = isFree(event) ? ground.at(event.latlng) : -1;
    if (at < 0) { if (under >= 0) { leave(); } return; }
    told.setLatLng(event.latlng);
    if (at === under) { return; }
    under = at;
    edge.setLatLngs(ground.ring(at));
    map.openTooltip(told.setContent(tip(at)));
  });
  map.on("mouseout movestart", function () { if (under >= 0) { leave(); } });
  map.on("click", function (event) {
    var at = isFree(event) ? ground.at(event.latlng) : -1;
    if (at < 0) { return; }
    leave();
    var spot = spots[cells.hotspot[at]];
    if (spot) { mark(cells.hotspot[at]); }
    L.popup({maxWidth: 300, autoPanPadding: [16, 16]}).setLatLng(event.latlng)
      .setContent(card(at)).openOn(map);
    group.fire("click", {latlng: event.latlng, layer: {feature: {type: "Feature", properties: {
      cell: cells.id[at], hotspot_id: spot ? spot.hotspot_id : "", incidents: cells.incidents[at]}}}});
  });

  rings(data.wards, {fill: false, color: COLOURS.soft, weight: 0.6, opacity: 0.45});
  rings(data.districts, {fill: false, color: COLOURS.soft, weight: 1.4, opacity: 0.85});

  spots.forEach(function (spot, at) {
    rings(spot.rings, {fill: false, color: COLOURS.paper, weight: 5, opacity: 0.95});
    outlines.push(rings(spot.rings, {fill: false, color: HOT, weight: 2.5, opacity: 1}));
    var wide = 20 + 6 * (String(place(spot)).length - 1);
    var marker = L.marker([spot.lat, spot.lon], {
      zIndexOffset: 1000 - at, riseOnHover: true,
      icon: L.divIcon({className: "m-rank", iconSize: [wide, 20],
        html: place(spot) + '<span class="m-unseen">: ' + spot.name + "</span>"})});
    marker.feature = {type: "Feature", properties: {cell: "", hotspot_id: spot.hotspot_id}};
    marker.on("click", function () { open(at); });
    marker.on("keypress", function (event) {
      if (event.originalEvent.key === "Enter") { open(at); }
    });
    marker.bindTooltip("<b>" + spot.name + "</b><span>" + (data.partner ?
      total(spot) + " shown, evidence " + spot.evidence : number(spot.incidents) +
      " incidents, " + number(spot.ratio, 1) + " times the expected") + "</span>",
      {className: "m-tip", direction: "top", offset: [0, -10], opacity: 1});
    group.addLayer(marker);
    markers.push(marker);
  });

  var labels = data.labels.map(function (label) {
    return {ward: label[0], marker: L.marker([label[2], label[1]], {
      interactive: false, keyboard: false, zIndexOffset: -2000,
      icon: L.divIcon({className: "m-label " + (label[0] ? "m-ward" : "m-district"),
        iconSize: [0, 0], html: "<span>" + label[3] + "</span>"})})};
  });

  var nameStreets = streets(map, data, points), standing = [], marked = [];
  function marks() {
    return marked.map(function (at) {
      var here = map.latLngToLayerPoint(at);
      return {x: here.x, y: here.y, half: 9};
    });
  }
  var here = L.control({position: "bottomleft"});
  here.onAdd = function () { return L.DomUtil.create("p", "m-here"); };
  here.addTo(map);
  function stand() {
    here.getContainer().textContent = map.getZoom() >= 13 ? group.placeAt(map.getCenter()) : "";
    nameStreets(standing.concat(marks()), over.named);
  }
  map.on("moveend", stand);
  // Far out the districts are named, closer in the wards; of ranks that would lie on one another
  // the best stays. A name moves up or down to where neither a rank nor another name is; a ward's
  // that finds no room waits for a closer look, and so does a district's in a whole country. The
  // list beside the map always holds them all.
  var many = labels.length > MANY_NAMES, districts = labels.filter(function (label) {
    return !label.ward;
  }).length;
  // A name never leaves its district: a few pixels from its point may be another's ground.
  function isInside(ring, at) {
    var inside = false;
    ring.forEach(function (one, number) {
      var other = ring[(number || ring.length) - 1];
      if ((one[0] > at.lat) !== (other[0] > at.lat) && at.lng < one[1] +
          (other[1] - one[1]) * (at.lat - one[0]) / (other[0] - one[0])) { inside = !inside; }
    });
    return inside;
  }
  if (districts <= MANY_DISTRICTS) {
    var borders = data.districts.map(points);
    labels.forEach(function (label) {
      label.home = label.ward ? null : borders.filter(function (ring) {
        return isInside(ring, label.marker.getLatLng());
      })[0];
    });
  }
  function tidy() {
    var close = map.getZoom() >= 12.5, kept = [], inView = 0;
    labels.forEach(function (label) {
      var wanted = Boolean(label.ward) === close && (!many ||
        map.getBounds().contains(label.marker.getLatLng()));
      if (wanted) { group.addLayer(label.marker); }
      else { group.removeLayer(label.marker); }
    });
    markers.forEach(function (marker, at) {
      var here = map.latLngToLayerPoint(marker.getLatLng());
      var half = marker.options.icon.options.iconSize[0] / 2;
      var seen = map.getBounds().contains(marker.getLatLng());
      var crowded = at !== chosen && (kept.some(function (other) {  // 24 pixels for each finger
        return Math.abs(other.x - here.x) < other.half + half + 4 && Math.abs(other.y - here.y) < 24;
      }) || (seen && inView >= group.most));
      if (!crowded && seen) { inView += 1; }
      if (!crowded) { kept.push({x: here.x, y: here.y, half: half}); }
      if (marker.getElement()) { marker.getElement().classList.toggle("m-crowded", crowded); }
    });
    var taken = kept.slice();
    labels.forEach(function (label) {
      var element = label.marker.getElement();
      if (!element) { return; }
      var here = map.latLngToLayerPoint(label.marker.getLatLng());
      var half = element.firstChild.offsetWidth / 2 + 3;  // two names never read as one
      var by = [0, 0], least = Infinity;
      (label.home ? NAMED_WITHIN : NAMED_AT).some(function (at) {
        var x = here.x + at[0], y = here.y + at[1], covered = 0;
        taken.forEach(function (other) {
          covered += Math.max(0, other.half + half - Math.abs(other.x - x)) *
            Math.max(0, 17 - Math.abs(other.y - y));
        });
        if (covered < least && (!label.home ||
            isInside(label.home, map.layerPointToLatLng([x, y])))) { by = at; least = covered; }
        return least === 0;
      });
      element.classList.toggle("m-crowded", least > 0 &&
        (Boolean(label.ward) || districts > MANY_DISTRICTS));
      element.style.setProperty("--m-right", by[0] + "px");
      element.style.setProperty("--m-down", by[1] + "px");
      if (least === 0) { taken.push({x: here.x + by[0], y: here.y + by[1], half: half}); }
    });
    standing = taken;
    stand();
  }
  function mark(at) {
    if (chosen >= 0) {
      outlines[chosen].setStyle({weight: 2.5, color: HOT});
      markers[chosen].getElement().classList.remove("m-chosen");
    }
    chosen = at;
    outlines[at].setStyle({weight: 4, color: COLOURS.ink});
    markers[at].getElement().classList.add("m-chosen");
    tidy();
    group.fire("chosen", {at: at});
  }
  // The card stands on the northern edge of the hot spot, so that it does not cover it. Where the
  // page around tells of a chosen hot spot (group.told), the map does not tell it again.
  function open(at) {
    mark(at);
    if (group.told) { return; }
    var spot = spots[at], bounds = outlines[at].getBounds();
    var north = bounds.isValid() ? bounds.getNorth() : spot.lat;
    L.popup({maxWidth: 300, autoPanPadding: [16, 16]})
      .setLatLng([north, spot.lon]).setContent(spotFacts(spot)).openOn(map);
  }
  // Hot spots are told apart by their position in the list, from 0: no text is compared.
  // Quietly: without its card, where the page around the map shows the same beside it.
  group.choose = function (at, quietly) {
    var bounds = outlines[at].getBounds();
    if (quietly) {
      map.closePopup();
      map.fitBounds(bounds.isValid() ? bounds : data.bounds,
        {maxZoom: 14, animate: false, padding: [60, 60]});
      mark(at);
      return;
    }
    map.fitBounds(bounds.isValid() ? bounds : data.bounds,
      {maxZoom: 14, animate: false, paddingTopLeft: [60, map.getSize().y / 2],
        paddingBottomRight: [60, 30]});
    open(at);
  };
  // Text as it was before it was encoded: compared, sent or set as text, never put into a page.
  function plain(text) {
    return text.replace(/&#(\d+);/g, function (_, code) { return String.fromCharCode(code); });
  }
  group.ids = spots.map(function (spot) { return plain(spot.hotspot_id); });
  // All that has a name and a point: what is said of a whole ward or district is wide.
  var names = null;
  group.named = function () {
    names = names || data.labels.map(function (label) {
      return {name: plain(label[3]), lon: label[1], lat: label[2], wide: true,
        zoom: label[0] ? 14 : 11.5};
    }).concat(spots.map(function (spot) {
      return {name: plain(spot.name), lon: spot.lon, lat: spot.lat, wide: true};
    }), points(data.streets.xy).map(function (at, i) {
      return {name: plain(data.streets.names[data.streets.name[i]]), lat: at[0], lon: at[1]};
    }));
    return names;
  };
  // Ward and district of a point, by the nearest cell that is drawn; nothing far from any.
  group.placeAt = function (at) {
    var cell = ground.near(L.latLng(at));
    return cell < 0 ? "" : plain(cells.places[cells.place[cell]]);
  };
  group.most = Infinity;  // ranks in view at once
  group.tidy = tidy;
  group.keepClear = function (list) { marked = list; stand(); };
  // What the map of a patch reaches for: the map, the cells it plays months over.
  group.map = map;
  group.surface = surface;
  group.land = {bringToBack: function () { return this; }};  // always below: it is on the canvas
  // Over tiles the land is left open; where they hold streets they name them, and the data does not.
  group.overTiles = function (told) {
    over = {on: true, named: Boolean(told.streets)};
    if (told.land) { ground.landBelow(); }
    ground.redraw();
    stand();  // names that stood before the ground came go
  };
  group.repaint = function () { ground.redraw(); };
  group.blues = BLUES;
  group.starts = data.starts;
  group.points = points;
  group.counts = cells.incidents;
  group.whole = function () {
    map.closePopup();
    map.fitBounds(data.bounds, {animate: false, padding: [12, 12]});
  };

  // A frame can be given its size after the map was drawn in it: what nobody has moved yet is
  // fitted to it again.
  var moved = false;
  ["pointerdown", "wheel", "keydown"].forEach(function (kind) {
    map.getContainer().addEventListener(kind, function () { moved = true; }, {passive: true});
  });
  group.moved = function () { moved = true; };
  map.on("resize", function () { if (!moved && chosen < 0) { group.whole(); } });

  map.on("zoomend", tidy);
  if (many) { map.on("moveend", tidy); }
  group.once("add", function () {
    group.whole();
    tidy();
    if (data.selected !== null) { group.choose(data.selected); }
  });
  return group;
}
