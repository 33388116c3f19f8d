(function () {
  "use strict";
  var root = document.documentElement;
  var all = function (selector, inside) {
    return Array.prototype.slice.call((inside || document).querySelectorAll(selector));
  };
  var tabs = all("[role=tab]");
  var format = function (kind, text) {
    var options = { count: { maximumFractionDigits: 0 }, number: { minimumFractionDigits: 2, maximumFractionDigits: 2 }, rate: { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }, money: { style: "currency", currency: root.dataset.currency } }[kind];
    if (!options) { return null; }
    if (kind === "number" && Number.isInteger(Number(text))) { options = { maximumFractionDigits: 0 }; }
    try { return new Intl.NumberFormat(undefined, options).format(Number(text)); } catch (error) { return null; }
  };
  all("[data-kind][data-value]").forEach(function (cell) {
    var written = format(cell.dataset.kind, cell.dataset.value);
    var text = Array.prototype.filter.call(cell.childNodes, function (node) { return node.nodeType === 3; }).pop();
    if (written !== null && text) { text.nodeValue = written; }
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
  var mark = function (button, open) {
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "\u25be" : "\u25b8";
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
    var levelOf = function (row) { return Number(row.dataset.level || 0); };
    table.addEventListener("click", function (event) {
      var button = event.target.closest ? event.target.closest(".open") : null;
      if (!button) { return; }
      var open = button.getAttribute("aria-expanded") !== "true";
      var level = levelOf(button.closest("tr"));
      mark(button, open);
      for (var row = button.closest("tr").nextElementSibling; row && levelOf(row) > level; row = row.nextElementSibling) {
        row.hidden = !open || levelOf(row) > level + 1;
        all(".open", row).forEach(function (inner) { mark(inner, false); });
      }
    });
    var first = table.querySelector("td[data-table]");
    if (first) { first.tabIndex = 0; }
    table.addEventListener("keydown", function (event) {
      var step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      var cell = event.target;
      if (!step || cell.tagName !== "TD") { return; }
      event.preventDefault();
      var rows = all("tbody tr", table).filter(function (row) { return row.offsetParent !== null; });
      var down = rows.indexOf(cell.parentNode), across = cell.cellIndex;
      for (var next = cell; next; next = rows[down] && rows[down].cells[across]) {
        if (next !== cell && next.dataset.table) {
          all("td[tabindex='0']", table).forEach(function (other) { other.tabIndex = -1; });
          next.tabIndex = 0;
          next.focus();
          return;
        }
        down += step[0];
        across += step[1];
      }
    });
  });
  var where = document.getElementById("where");
  var keys = JSON.parse(where.dataset.keys);
  var command = where.querySelector("code");
  var told = where.querySelector("[role=status]");
  var asked = null;
  var place = /^(.*)\/reports\/(?:latest|snapshots\/[^/]+)\/report\.html$/.exec(location.pathname);
  var workspace = where.dataset.workspace;
  if (location.protocol === "file:" && place) {
    try { workspace = decodeURIComponent(place[1]).replace(/^\/([A-Za-z]:)/, "$1"); } catch (error) { workspace = where.dataset.workspace; }
  }
  var quote = function (text) {
    if (/^[\w%+=:,./-]+$/.test(text)) { return text; }
    if (!/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(text)) { return "'" + text.replace(/'/g, "'\\''") + "'"; }
    return "$'" + text.replace(/[\\']/g, "\\$&").replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, function (character) {
      return "\\u" + ("000" + character.charCodeAt(0).toString(16)).slice(-4);
    }) + "'";
  };
  var writeCommand = function (table, key, column) {
    var sums = (keys[table] || []).some(function (name) { return !(name in key); });
    var words = ["campaign-reports", "explain", quote(workspace), quote(table)];
    Object.keys(key).forEach(function (name) {
      var value = key[name];
      var isRange = value !== null && typeof value === "object";
      sums = sums || isRange;
      words.push("--key", quote(name + "=" + (value === null ? "" : isRange ? value.from + ".." + value.to : String(value))));
    });
    return words.concat(["--column", quote(column)], sums ? ["--sum"] : []).join(" ");
  };
  var show = function (cell) {
    asked = cell;
    where.querySelector("p").textContent = cell.dataset.table + " \u00b7 " + cell.dataset.column + " = " + cell.dataset.value;
    command.textContent = writeCommand(cell.dataset.table, JSON.parse(cell.dataset.key), cell.dataset.column);
    told.textContent = "";
    where.hidden = false;
    where.querySelector(".copy").focus();
  };
  var hide = function () {
    if (where.hidden) { return; }
    where.hidden = true;
    if (asked) { asked.focus(); }
  };
  var select = function () {
    var range = document.createRange();
    range.selectNodeContents(command);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
    told.textContent = document.execCommand("copy") ? "Copied." : "Selected: copy it with the keyboard.";
  };
  where.querySelector(".copy").addEventListener("click", function () {
    if (!navigator.clipboard) { select(); return; }
    navigator.clipboard.writeText(command.textContent).then(function () { told.textContent = "Copied."; }, select);
  });
  where.querySelector(".close").addEventListener("click", hide);
  document.addEventListener("click", function (event) {
    var cell = event.target.closest ? event.target.closest("[data-table]") : null;
    if (cell && !event.target.closest("button")) { show(cell); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { hide(); }
    var cell = event.target.closest ? event.target.closest("[data-table]") : null;
    if ((event.key === "Enter" || event.key === " ") && cell === event.target && cell) { event.preventDefault(); show(cell); }
  });
})();
