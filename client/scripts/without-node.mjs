/**
 * Removes what libopus-wasm imports in Node. webpack, and so Next.js, fails at `import("node:module")` in a page's code,
 * even where it never runs.
 */
export const withoutNode = {
  name: "without-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "without-node" }));
    onLoad({ filter: /./, namespace: "without-node" }, () => ({ contents: "" }));
  },
};
