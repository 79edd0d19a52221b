"use client";
import { useState } from "react";

export function Counter() {
  const [clicks, setClicks] = useState(0);
  return <button id="count" onClick={() => setClicks(clicks + 1)}>clicks: {clicks}</button>;
}
