import assert from "node:assert/strict";
import { test } from "node:test";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { usePreparing, useRuntimeConfig } from "./react.js";

test("renders on a server without values and without requests", (t) => {
  const asked = t.mock.method(globalThis, "fetch");
  const Page = () => {
    const { config, state, connection } = useRuntimeConfig();
    const { phase, progress } = usePreparing();
    return JSON.stringify([config, state, connection, phase, progress]);
  };
  const html = renderToString(createElement(Page)).replaceAll("&quot;", '"');
  assert.equal(html, '[null,{"kind":"connecting"},{"kind":"connecting"},null,0]');
  assert.equal(asked.mock.callCount(), 0);
});
