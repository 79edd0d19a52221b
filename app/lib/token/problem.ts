/** An error in the sidecar's format, with text in both languages. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly messagePt: string;
  readonly fix: string | null;
  readonly docs: string | null;
}

/** A problem with its HTTP status. */
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
    "This route does not support the method. See the Allow header.",
    "Esta rota não aceita esse método. Veja o cabeçalho Allow.",
  ],
  signed_out: [401, "You are signed out. Sign in again.", "Sua sessão terminou. Entre novamente."],
  unauthorized: [
    401,
    "Sign in first, or send Authorization: Bearer with the app's token (sidelink control-token --app).",
    "Entre primeiro, ou envie Authorization: Bearer com o token do app (sidelink control-token --app).",
  ],
  wrong_password: [
    403,
    "Wrong password. “docker compose exec sidecar sidelink password” shows it.",
    "Senha incorreta. “docker compose exec sidecar sidelink password” mostra a senha.",
  ],
  secrets_unreadable: [
    503,
    "The app has no password yet: SIDELINK_PASSWORD_FILE or SIDELINK_SESSION_KEY_FILE cannot be read. Start the stack again, so that “init” creates them.",
    "O app ainda não tem senha: SIDELINK_PASSWORD_FILE ou SIDELINK_SESSION_KEY_FILE não pode ser lido. Inicie o sistema novamente, para que o “init” os crie.",
  ],
  preparing: [
    503,
    "The link is not ready yet. Try again in a moment.",
    "O link ainda não está pronto. Tente novamente em instantes.",
  ],
  no_such_link: [404, "This link does not exist.", "Este link não existe."],
  not_json: [
    415,
    "The request must be JSON: send Content-Type: application/json.",
    "A requisição deve ser JSON: envie Content-Type: application/json.",
  ],
  other_origin: [
    403,
    "This request came from a page of another origin. Open this app under its own address.",
    "A requisição veio de uma página de outra origem. Abra este aplicativo no próprio endereço dele.",
  ],
  too_many: [
    429,
    "Too many attempts from this address. Wait a minute and try again.",
    "Muitas tentativas deste endereço. Aguarde um minuto e tente novamente.",
  ],
  too_many_in_all: [
    429,
    "Too many wrong passwords arrive from many addresses. Wait a minute and try again.",
    "Muitas senhas incorretas estão chegando de vários endereços. Aguarde um minuto e tente novamente.",
  ],
  too_many_rooms: [
    429,
    "Too many rooms are open. Join one of them, or wait ten minutes and try again.",
    "Há muitas salas abertas. Entre em uma delas ou aguarde dez minutos e tente novamente.",
  ],
  room_reserved: [
    400,
    "Rooms that begin with “sidelink-” belong to links. Open the link, or choose another name.",
    "Salas que começam com “sidelink-” pertencem a links. Abra o link ou escolha outro nome.",
  ],
  room_invalid: [
    400,
    "A room name has 1 to 64 letters, digits, hyphens or underscores, and begins with a letter or digit.",
    "O nome da sala tem de 1 a 64 letras sem acento, números, hífens ou sublinhados, e começa com letra ou número.",
  ],
  name_invalid: [400, "Enter your name: 1 to 64 characters.", "Escreva seu nome: de 1 a 64 caracteres."],
  sidecar_refused: [
    502,
    "The sidecar does not accept this app's token. Restart the app, so that both use the same token.",
    "O sidecar não aceita o token deste app. Reinicie o app, para que os dois usem o mesmo token.",
  ],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export function refusal(code: ProblemCode, retryAfterSeconds: number | null = null): Refusal {
  const [status, message, messagePt] = PROBLEMS[code];
  return new Refusal(status, { code, message, messagePt, fix: null, docs: null }, retryAfterSeconds);
}

/** Returns null when `value` is not an error in the sidecar's format. */
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
