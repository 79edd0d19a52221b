import { appToken } from "@sidelink/client/server";
import type { NextApiRequest } from "next";
import { admitSignedIn } from "../session/guard";
import { isSame } from "../session/password";
import { refusal } from "../token/problem";

/**
 * Admits the pages of a signed-in professional and servers with the app's token (`Authorization: Bearer`;
 * `sidelink control-token --app` prints it). Refuses the operator's token, because it opens the whole control port and
 * must not travel over the public URL. @throws Refusal, LinkError `token_unreadable`
 */
export async function admitProfessionalOrServer(request: NextApiRequest): Promise<void> {
  const { authorization } = request.headers;
  if (authorization === undefined) return admitSignedIn(request);
  const [, bearer = ""] = /^Bearer (\S{1,512})$/.exec(authorization) ?? [];
  if (!isSame(bearer, await appToken())) throw refusal("unauthorized");
}
