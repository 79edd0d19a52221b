import { useState } from "react";

export function Page() {
  const [clicks, setClicks] = useState(0);
  return (
    <main>
      <h1>Vite works</h1>
      <button id="count" onClick={() => setClicks(clicks + 1)}>clicks: {clicks}</button>
    </main>
  );
}
