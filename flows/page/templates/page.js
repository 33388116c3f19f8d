(function () {
  "use strict";
  var root = document.documentElement;
  var all = function (selector, inside) {
    return Array.prototype.slice.call((inside || document).querySelectorAll(selector));
  };
  var tabs = all("[role=tab]");
  var format = function (kind, text) {
    var options = { count: { maximumFractionDigits: 0 }, number: { maximumFractionDigits: 2 }, rate: { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }, money: { style: "currency", currency: root.dataset.currency } }[kind];
    if (!options) { return null; }
    try { return new Intl.NumberFormat(undefined, options).format(Number(text)); } catch (error) { return null; }
  };
  all("[data-kind][data-value]").forEach(function (cell) {
    var written = format(cell.dataset.kind, cell.dataset.value);
    if (written !== null && cell.lastChild && cell.lastChild.nodeType === 3) { cell.lastChild.nodeValue = written; }
  });
  var choose = function (name, focus) {
    tabs.forEach(function (tab) {
      var chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
      if (chosen && focus) { tab.focus(); }
    });
  };
  tabs.forEach(function (tab, place) {
    tab.addEventListener("click", function () { choose(tab.dataset.tab, false); });
    tab.addEventListener("keydown", function (event) {
      var next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (next === undefined) { return; }
      event.preventDefault();
      choose(tabs[(next + tabs.length) % tabs.length].dataset.tab, true);
    });
  });
  if (tabs.length) { choose(tabs[0].dataset.tab, false); }
  all("[data-go]").forEach(function (link) {
    link.addEventListener("click", function (event) { event.preventDefault(); choose(link.dataset.go, true); });
  });
  all("input[name=period]").forEach(function (input) {
    input.addEventListener("change", function () {
      all("[data-period]").forEach(function (block) { block.hidden = block.dataset.period !== input.value; });
    });
  });
  all("[data-filter]").forEach(function (input) {
    var bodies = all("tbody", document.getElementById(input.dataset.filter));
    var texts = bodies.map(function (body) { return body.textContent.toLowerCase(); });
    input.addEventListener("input", function () {
      var wanted = input.value.toLowerCase();
      bodies.forEach(function (body, place) { body.hidden = texts[place].indexOf(wanted) < 0; });
    });
  });
  var valueOf = function (body, place) {
    var cell = body.rows[0].cells[place];
    if (cell.dataset.value === undefined) { return cell.dataset.kind ? null : cell.textContent.trim().toLowerCase(); }
    var number = Number(cell.dataset.value);
    return cell.dataset.kind && !isNaN(number) ? number : cell.dataset.value.toLowerCase();
  };
  all("table").forEach(function (table) {
    all(".sort", table).forEach(function (button, place) {
      button.addEventListener("click", function () {
        var head = button.parentNode;
        var falling = head.getAttribute("aria-sort") !== "descending" && (head.classList.contains("n") || head.getAttribute("aria-sort") === "ascending");
        all("thead th", table).forEach(function (other) { other.setAttribute("aria-sort", "none"); });
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        all("tbody", table).map(function (body) { return [valueOf(body, place), body]; }).sort(function (a, b) {
          if (a[0] === null || b[0] === null) { return (a[0] === null) - (b[0] === null); }
          return (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * (falling ? -1 : 1);
        }).forEach(function (pair) { table.appendChild(pair[1]); });
      });
    });
    table.addEventListener("click", function (event) {
      var button = event.target.closest ? event.target.closest(".open") : null;
      if (!button) { return; }
      var open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      button.textContent = open ? "▾" : "▸";
      all(".finer", button.closest("tbody")).forEach(function (row) { row.hidden = !open; });
    });
  });
  var where = document.getElementById("where");
  var show = function (cell) {
    var key = JSON.parse(cell.dataset.key);
    var parts = Object.keys(key).map(function (name) {
      var value = key[name];
      return name + " = " + (value === null ? "(none)" : typeof value === "object" && value.from ? value.from + " to " + value.to : String(value));
    });
    where.firstChild.textContent = cell.dataset.table + " · " + cell.dataset.column + " = " + cell.dataset.value + (parts.length ? " · where " + parts.join(", ") : " · all rows");
    where.hidden = false;
  };
  document.addEventListener("click", function (event) {
    var cell = event.target.closest ? event.target.closest("[data-table]") : null;
    if (cell && !event.target.closest("button")) { show(cell); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { where.hidden = true; }
    if (event.key === "Enter" && document.activeElement && document.activeElement.dataset.table) { show(document.activeElement); }
  });
  where.querySelector("button").addEventListener("click", function () { where.hidden = true; });
})();
