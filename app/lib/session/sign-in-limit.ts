import { refusal, type Refusal } from "../token/problem";
import { RateLimit } from "../token/rate-limit";

const MINUTE_MS = 60_000;
/** A person who mistypes needs fewer. */
const MAX_WRONG_PER_NETWORK = 10;
const WINDOW_MS = 5 * MINUTE_MS;
/** Per minute, of networks that are not refused already: no single visitor reaches it. */
const MAX_WRONG_IN_ALL = 3_000;

/**
 * Counts wrong passwords. A right one is never refused, because the generated password's 99 bits need no protection
 * against guessing, while a limit that includes it lets any visitor behind the same address lock the professional out.
 */
export class SignInLimit {
  private readonly byNetwork = new RateLimit(MAX_WRONG_PER_NETWORK, WINDOW_MS);
  private readonly inAll = new RateLimit(MAX_WRONG_IN_ALL, MINUTE_MS);

  /** Returns the refusal for one more wrong password from this network. */
  wrong(network: string, now: number): Refusal {
    const own = this.byNetwork.admit(network, now);
    if (own > 0) return refusal("too_many", own);
    const all = this.inAll.admit("all", now);
    return all > 0 ? refusal("too_many_in_all", all) : refusal("wrong_password");
  }
}
