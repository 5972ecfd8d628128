(function (layer) {
  "use strict";
  var spots = Array.from(document.querySelectorAll("tbody.spot"));
  spots.forEach(function (spot, at) {
    spot.querySelector("button").addEventListener("click", function () {
      layer.choose(at);
      var stage = document.querySelector(".stage");
      if (stage.getBoundingClientRect().bottom < 200) { stage.scrollIntoView(); }
    });
  });
  layer.on("chosen", function (event) {
    spots.forEach(function (spot, at) {
      var chosen = at === event.at;
      spot.classList.toggle("chosen", chosen);
      if (!chosen) { spot.removeAttribute("aria-current"); return; }
      spot.setAttribute("aria-current", "true");
      var panel = spot.closest("aside"), frame = panel.getBoundingClientRect();
      var here = spot.getBoundingClientRect();
      if (panel.scrollHeight > panel.clientHeight &&
          (here.top < frame.top || here.bottom > frame.bottom)) {
        panel.scrollTop += here.top - frame.top - frame.height / 3;
      }
    });
  });

  // In a frame of the app the list lies in the page around it; ids go to and fro as messages.
  var around = window.parent;
  if (document.body.classList.contains("embedded") && around !== window) {
    // Dark as the device is, until the page around asks for one or the other; see dark.css.
    var night = window.matchMedia("(prefers-color-scheme: dark)"), asked = false;
    var look = function (dark) { document.body.classList.toggle("dark", dark); };
    night.addEventListener("change", function () { if (!asked) { look(night.matches); } });
    look(night.matches);
    // What the page said is not said back to it: a map that is slow to come would undo a step.
    var told = false;
    layer.on("chosen", function (event) {
      if (!told) { around.postMessage({mapper: "chosen", id: layer.ids[event.at]}, "*"); }
    });
    window.addEventListener("message", function (event) {
      if (event.source !== around || !event.data) { return; }
      if (event.data.mapper === "dark") { asked = true; look(Boolean(event.data.on)); }
      if (event.data.mapper !== "choose") { return; }
      var at = layer.ids.indexOf(event.data.id);
      told = true;
      if (at >= 0) { layer.choose(at, true); }
      told = false;
    });
    around.postMessage({mapper: "ready"}, "*");
  }
  document.querySelector(".whole").addEventListener("click", layer.whole);
})
