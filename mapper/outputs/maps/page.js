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
  document.querySelector(".whole").addEventListener("click", layer.whole);

  // Inside the app's frame: say which hot spot was chosen, and choose the one the app names.
  if (document.body.classList.contains("embedded") && window.parent !== window) {
    layer.on("chosen", function (event) {
      window.parent.postMessage({mapper: "chosen", id: event.id}, "*");
    });
    window.addEventListener("message", function (event) {
      if (event.source !== window.parent || !event.data || event.data.mapper !== "choose") { return; }
      layer.choose(event.data.id);
    });
    window.parent.postMessage({mapper: "ready"}, "*");
  }
})
