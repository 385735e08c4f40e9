import { defineConfig } from "vite";

// The daemon serves what is built, under a policy that allows nothing in line: no data: URLs, no polyfill that is put into the page.
export default defineConfig({
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
