/** Dark and light: as the system, or as chosen. `early-theme.js` applies the remembered choice before the first paint. */

import { recall, remember } from "./settings.js";

/**
 * Connect the choice of the theme.
 *
 * @param {Iterable<HTMLInputElement>} choices Radio buttons with the values system, light and dark.
 * @param {() => void} onChange Called after the colours changed.
 */
export function attachTheme(choices, onChange) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const colour = document.querySelector('meta[name="theme-color"]');
  let chosen = recall("theme") ?? "system";

  function apply() {
    const isDark = chosen === "dark" || (chosen !== "light" && system.matches);
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    colour.content = getComputedStyle(document.body).backgroundColor;
    onChange();
  }

  for (const choice of choices) {
    choice.checked = choice.value === chosen;
    choice.addEventListener("change", () => {
      chosen = choice.value;
      remember("theme", chosen === "system" ? null : chosen);
      apply();
    });
  }
  system.addEventListener("change", apply);
  apply();
}
