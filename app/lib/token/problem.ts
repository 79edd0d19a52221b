/** An error in the words of the sidecar's contract: for people, in both languages. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly messagePt: string;
  readonly fix: string | null;
  readonly docs: string | null;
}

/** A problem with the HTTP status that it is answered with. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(problem.message);
  }
}

const PROBLEMS = {
  method_not_allowed: [
    405,
    "This method is not answered here: see the header Allow.",
    "Este método não é atendido aqui: veja o cabeçalho Allow.",
  ],
  signed_out: [401, "You are signed out. Sign in again.", "Sua sessão terminou. Entre de novo."],
  unauthorized: [
    401,
    "Sign in first, or send Authorization: Bearer with the app's token (sidelink control-token --app).",
    "Entre primeiro, ou envie Authorization: Bearer com o token do app (sidelink control-token --app).",
  ],
  wrong_password: [
    403,
    "This is not the password. “docker compose exec sidecar sidelink password” shows it.",
    "A senha não é essa. “docker compose exec sidecar sidelink password” mostra qual é.",
  ],
  secrets_unreadable: [
    503,
    "The app has no password yet: SIDELINK_PASSWORD_FILE or SIDELINK_SESSION_KEY_FILE cannot be read. Start the stack again, so that “init” makes them.",
    "O app ainda não tem senha: SIDELINK_PASSWORD_FILE ou SIDELINK_SESSION_KEY_FILE não pode ser lido. Reinicie a stack, para que o “init” os crie.",
  ],
  preparing: [
    503,
    "The link is not ready yet. Try again in a moment.",
    "O link ainda não está pronto. Tente de novo em instantes.",
  ],
  no_such_link: [404, "There is no such link.", "Este link não existe."],
  not_json: [
    415,
    "The request must be JSON: send Content-Type: application/json.",
    "A requisição deve ser JSON: envie Content-Type: application/json.",
  ],
  other_origin: [
    403,
    "This request came from a page of another origin. Open the call on this page's own address.",
    "A requisição veio de uma página de outra origem. Abra a chamada no próprio endereço desta página.",
  ],
  too_many: [
    429,
    "Too many attempts from this address. Wait a minute and try again.",
    "Muitas tentativas deste endereço. Espere um minuto e tente de novo.",
  ],
  too_many_in_all: [
    429,
    "Too many wrong passwords are being sent from many addresses. Wait a minute and try again.",
    "Muitas senhas erradas estão chegando de vários endereços. Espere um minuto e tente novamente.",
  ],
  too_many_rooms: [
    429,
    "Too many rooms were opened. Join one of them, or wait ten minutes and try again.",
    "Muitas salas foram abertas. Entre em uma delas, ou espere dez minutos e tente novamente.",
  ],
  room_reserved: [
    400,
    "Rooms that begin with “sidelink-” belong to links. Open the link itself, or choose another name.",
    "Salas que começam com “sidelink-” pertencem a links. Abra o próprio link, ou escolha outro nome.",
  ],
  room_invalid: [
    400,
    "A room name has 1 to 64 letters, digits, hyphens or underscores, and begins with a letter or digit.",
    "O nome da sala tem de 1 a 64 letras sem acento, números, hífens ou sublinhados, e começa com letra ou número.",
  ],
  name_invalid: [400, "Enter your name: 1 to 64 characters.", "Escreva seu nome: de 1 a 64 caracteres."],
  token_unreadable: [
    503,
    "The app has no access to the sidecar yet: SIDELINK_TOKEN_FILE is not set or cannot be read.",
    "O app ainda não tem acesso ao sidecar: SIDELINK_TOKEN_FILE não está definido ou não pode ser lido.",
  ],
  sidecar_refused: [
    502,
    "The sidecar does not accept this app's token. Start the app again so that both have the same one.",
    "O sidecar não aceita o token deste app. Reinicie o app para que os dois tenham o mesmo.",
  ],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export function refusal(code: ProblemCode, retryAfterSeconds: number | null = null): Refusal {
  const [status, message, messagePt] = PROBLEMS[code];
  return new Refusal(status, { code, message, messagePt, fix: null, docs: null }, retryAfterSeconds);
}

/** Null when `value` is not an error of the contract. */
export function parseProblem(value: unknown): Problem | null {
  if (typeof value !== "object" || value === null || !("error" in value)) return null;
  const error = value.error;
  if (typeof error !== "object" || error === null) return null;
  const { code, message, messagePt, fix, docs } = error as Record<string, unknown>;
  if (typeof code !== "string" || typeof message !== "string") return null;
  return {
    code,
    message,
    messagePt: typeof messagePt === "string" ? messagePt : message,
    fix: typeof fix === "string" ? fix : null,
    docs: typeof docs === "string" ? docs : null,
  };
}
