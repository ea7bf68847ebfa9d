// Sets the theme before the first paint, so that a dark page does not flash white. A classic script: modules run too late.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("inkdigits.theme");
  } catch {
    // storage is blocked: follow the system
  }
  const isDark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
})();
