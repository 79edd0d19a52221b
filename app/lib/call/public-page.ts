/** Returns the address of a page under the public URL. Its fragment may hold a code, which no server receives. */
export function publicPage(publicUrl: string, { pathname, search, hash }: Pick<Location, "pathname" | "search" | "hash">): string {
  const page = new URL(publicUrl);
  page.pathname = pathname;
  page.search = search;
  page.hash = hash;
  return page.href;
}
