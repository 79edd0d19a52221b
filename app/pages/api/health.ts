import type { NextApiRequest, NextApiResponse } from "next";

/** Reports only that this process answers. */
export default function health(_request: NextApiRequest, response: NextApiResponse): void {
  response.setHeader("cache-control", "no-store").status(200).json({ ok: true });
}
