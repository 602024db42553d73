import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// Built into the package: the server serves it as static files, offline.
export default defineConfig({
  plugins: [svelte()],
  base: "./",
  build: { outDir: "../bailiwick/server/static", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, sourcemap: false },
  worker: { format: "es" },
});
