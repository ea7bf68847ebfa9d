const dark = matchMedia("(prefers-color-scheme: dark)");
const chooseTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", chooseTheme);
chooseTheme();

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0, // the schemas are long, and each answer shows its own
  validatorUrl: "none", // the default sends the document's address elsewhere
});
