import { readFile } from "node:fs/promises";
import type { NextApiRequest } from "next";
import { admitSignedIn } from "../session/guard";
import { isSame } from "../session/password";
import { refusal } from "../token/problem";

/**
 * Lets the signed-in professional's own pages pass, and servers that hold the app's token (`Authorization: Bearer`;
 * `sidelink control-token --app` prints it). The operator's token is refused: it opens the whole control port, and must not
 * travel over the public URL. @throws Refusal
 */
export async function admitProfessionalOrServer(request: NextApiRequest): Promise<void> {
  const { authorization } = request.headers;
  if (authorization === undefined) return admitSignedIn(request);
  const [, bearer = ""] = /^Bearer (\S{1,512})$/.exec(authorization) ?? [];
  const file = process.env.SIDELINK_TOKEN_FILE;
  const token = file ? (await readFile(file, "utf8").catch(() => "")).trim() : "";
  if (token === "") throw refusal("token_unreadable");
  if (!isSame(bearer, token)) throw refusal("unauthorized");
}
