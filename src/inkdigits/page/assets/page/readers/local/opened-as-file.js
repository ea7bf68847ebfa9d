// Explains why nothing happens if the page is opened as a file: browsers load modules only from a server. A classic script.
(() => {
  if (location.protocol !== "file:") {
    return;
  }
  const notice = document.createElement("p");
  notice.className = "noscript";
  notice.textContent = "This page runs on a web server only. In its folder, run  python -m http.server  "
    + "and open http://127.0.0.1:8000";
  document.body.prepend(notice);
})();
