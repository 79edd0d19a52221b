import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { Counter } from "./counter";

// NEXTAUTH_URL as NextAuth uses it: where a visitor without a session is sent to.
export default async function Page() {
  await headers(); // asked at each request, not at the build
  const base = process.env.NEXTAUTH_URL;
  if (base) redirect(new URL("/login", base).href);
  return <main><h1>Next.js works</h1><Counter /></main>;
}
