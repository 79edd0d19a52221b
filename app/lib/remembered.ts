/** Returns the text that this browser stored under `key`; empty where it stores nothing. */
export function rememberedText(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** Stores `text` for the next visit. Does nothing where the browser forbids storage. */
export function rememberText(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    return;
  }
}
