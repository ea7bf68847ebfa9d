export * from "./readers/server.js";
